#[derive(Debug, thiserror::Error, centrifugo::Reject)]
enum Oops {
    #[error("not you")]
    Denied,
}

fn main() {}
