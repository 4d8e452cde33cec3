#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[reject(403, "not you")]
    Denied,
    #[reject(403, "nor you")]
    Refused,
}

fn main() {}
