use centrifugo::{Call, Next, Reject, Rpc, RpcReply, UserId};

#[centrifugo::interceptor(rpc)]
async fn timed(call: Call<Rpc>, next: Next<Rpc>, _user: UserId) -> Result<RpcReply, Reject> {
    next.run(call).await
}

fn main() {}
