use centrifugo::{Call, Reject, Rpc, RpcReply};

#[centrifugo::interceptor(rpc)]
async fn timed(_call: Call<Rpc>) -> Result<RpcReply, Reject> {
    todo!()
}

fn main() {}
