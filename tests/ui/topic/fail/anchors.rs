#[centrifugo::topic("^user$")]
async fn user() -> bool {
    true
}

fn main() {}
