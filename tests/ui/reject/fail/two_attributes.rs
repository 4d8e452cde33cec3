#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[error(403, "not you")]
    #[internal]
    Denied,
}

fn main() {}
