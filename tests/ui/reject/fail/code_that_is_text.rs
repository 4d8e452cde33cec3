#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[error("not you")]
    Denied,
}

fn main() {}
