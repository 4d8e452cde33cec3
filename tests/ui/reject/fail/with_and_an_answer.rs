#[derive(Debug, centrifugo::Reject)]
#[reject(with = refuse)]
enum Oops {
    #[reject(403, "not you")]
    Denied,
}

fn main() {}
