#[centrifugo::sub_refresh]
async fn still() -> bool {
    true
}

fn main() {}
