use centrifugo::{Call, Event, Next, Reject};

#[centrifugo::interceptor(rpc publish)]
async fn timed<E: Event>(call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    next.run(call).await
}

fn main() {}
