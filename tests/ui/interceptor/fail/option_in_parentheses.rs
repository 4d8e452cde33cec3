use centrifugo::{Call, Event, Next, Reject};

#[centrifugo::interceptor(order(-1))]
async fn timed<E: Event>(call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    next.run(call).await
}

fn main() {}
