use centrifugo::{Call, Event, Next, Reject};

#[centrifugo::interceptor]
async fn timed<E: Event, F>(call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    next.run(call).await
}

fn main() {}
