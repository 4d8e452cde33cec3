#[centrifugo::topic("user.<>")]
async fn own() -> bool {
    true
}

fn main() {}
