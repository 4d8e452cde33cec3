#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[reject(4502, "banned")]
    Banned,
}

fn main() {}
