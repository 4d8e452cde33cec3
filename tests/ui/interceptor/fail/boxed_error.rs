use centrifugo::{Call, Next, Rpc, RpcReply};

#[centrifugo::interceptor(rpc)]
async fn timed(_call: Call<Rpc>, _next: Next<Rpc>) -> Result<RpcReply, Box<dyn std::error::Error>> {
    todo!()
}

fn main() {}
