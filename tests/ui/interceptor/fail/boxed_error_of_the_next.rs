use centrifugo::{Call, Next, Rpc, RpcReply};

#[centrifugo::interceptor(rpc)]
async fn timed(call: Call<Rpc>, next: Next<Rpc>) -> Result<RpcReply, Box<dyn std::error::Error>> {
    Ok(next.run(call).await?)
}

fn main() {}
