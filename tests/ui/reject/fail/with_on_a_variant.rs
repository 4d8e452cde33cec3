#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[reject(with = refuse)]
    Denied,
}

fn main() {}
