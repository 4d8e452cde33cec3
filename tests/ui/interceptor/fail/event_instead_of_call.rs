use centrifugo::{Next, Reject, Rpc, RpcReply};

#[centrifugo::interceptor(rpc)]
async fn timed(_call: Rpc, _next: Next<Rpc>) -> Result<RpcReply, Reject> {
    todo!()
}

fn main() {}
