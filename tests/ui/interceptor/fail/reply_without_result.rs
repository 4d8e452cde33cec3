use centrifugo::{Call, Next, Rpc, RpcReply};

#[centrifugo::interceptor(rpc)]
async fn timed(call: Call<Rpc>, next: Next<Rpc>) -> RpcReply {
    next.run(call).await.unwrap_or_else(|_| RpcReply::empty())
}

fn main() {}
