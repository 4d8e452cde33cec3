#[centrifugo::topic("user.[id]")]
async fn user(id: u64) -> bool {
    id == 7
}

fn main() {}
