use centrifugo::{Call, Next, Rpc, RpcReply};

type Boxed = Box<dyn std::error::Error>;

#[centrifugo::interceptor(rpc)]
async fn timed(call: Call<Rpc>, next: Next<Rpc>) -> Result<RpcReply, Boxed> {
    next.run(call).await.map_err(|_| "refused".into())
}

fn main() {}
