#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[disconnect(403, "go away")]
    Denied,
}

fn main() {}
