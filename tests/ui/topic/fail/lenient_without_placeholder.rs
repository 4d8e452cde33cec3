#[centrifugo::topic("order:<_>", lenient)]
async fn order() -> bool {
    true
}

fn main() {}
