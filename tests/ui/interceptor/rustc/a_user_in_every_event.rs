use centrifugo::{Call, Event, Next, Reject, UserId};

#[centrifugo::interceptor]
async fn timed<E: Event>(_user: UserId, call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    next.run(call).await
}

fn main() {}
