#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[reject(100, "internal")]
    Internal,
}

fn main() {}
