use centrifugo::{Call, Next, Reject};

#[centrifugo::interceptor]
async fn timed<E>(call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    next.run(call).await
}

fn main() {}
