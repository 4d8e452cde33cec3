#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[error(403, "not you")]
    Denied,
    #[error(403, "nor you")]
    Refused,
}

fn main() {}
