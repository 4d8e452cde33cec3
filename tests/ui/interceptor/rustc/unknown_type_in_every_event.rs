use centrifugo::{Call, Event, Next, Reject, State};

#[centrifugo::interceptor]
async fn timed<E: Event>(_: State<Clock>, call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    next.run(call).await
}

fn main() {}
