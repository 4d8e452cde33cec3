#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[disconnect(4502, "banned")]
    Banned,
}

fn main() {}
