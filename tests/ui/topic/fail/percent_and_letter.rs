#[centrifugo::topic("user.%s")]
async fn user(name: String) -> bool {
    name.is_empty()
}

fn main() {}
