use centrifugo::{Call, Next, Reject, Rpc, RpcReply, State};

#[centrifugo::interceptor(rpc)]
async fn timed(_: State<Clock>, call: Call<Rpc>, next: Next<Rpc>) -> Result<RpcReply, Reject> {
    next.run(call).await
}

fn main() {}
