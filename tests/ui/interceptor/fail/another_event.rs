use centrifugo::{Call, Next, Reject, Rpc, RpcReply};

#[centrifugo::interceptor(publish)]
async fn timed(call: Call<Rpc>, next: Next<Rpc>) -> Result<RpcReply, Reject> {
    next.run(call).await
}

fn main() {}
