use centrifugo::{Call, Event, Next, Reject};

#[centrifugo::interceptor(order = "first")]
async fn one<E: Event>(call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    next.run(call).await
}

#[centrifugo::interceptor(order, name, collect)]
async fn two<E: Event>(call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    next.run(call).await
}

#[centrifugo::interceptor("rpc")]
async fn three<E: Event>(call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    next.run(call).await
}

fn main() {}
