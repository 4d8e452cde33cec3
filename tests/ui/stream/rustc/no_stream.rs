#[centrifugo::stream("ticks:<_>")]
async fn ticks() -> Vec<u32> {
    vec![1]
}

fn main() {}
