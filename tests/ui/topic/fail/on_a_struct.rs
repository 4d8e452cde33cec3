#[centrifugo::topic("news")]
struct News;

fn main() {}
