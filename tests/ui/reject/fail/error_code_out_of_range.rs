#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[error(100, "internal")]
    Internal,
}

fn main() {}
