#[centrifugo::topic("news", ignore_case, ignore_case)]
async fn news() -> bool {
    true
}

fn main() {}
