use centrifugo::{Call, HasUser, Next, Reject};

#[centrifugo::interceptor(connect, rpc)]
async fn signed_in<E: HasUser>(call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    next.run(call).await
}

fn main() {}
