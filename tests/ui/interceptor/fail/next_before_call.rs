use centrifugo::{Call, Event, Next, Reject};

#[centrifugo::interceptor]
async fn timed<E: Event>(next: Next<E>, call: Call<E>) -> Result<E::Reply, Reject> {
    next.run(call).await
}

fn main() {}
