use centrifugo::{Call, Next, Reject, Rpc, RpcReply, handlers};

#[centrifugo::interceptor(rpc)]
async fn timed(call: Call<Rpc>, next: Next<Rpc>) -> Result<RpcReply, Reject> {
    next.run(call).await
}

fn main() {
    let _handlers = handlers![timed];
}
