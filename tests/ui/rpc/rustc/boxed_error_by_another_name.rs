type Boxed = Box<dyn std::error::Error>;

#[centrifugo::rpc("say")]
async fn say() -> Result<String, Boxed> {
    Ok(String::new())
}

fn main() {}
