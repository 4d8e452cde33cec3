#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[disconnect(4501, "true")]
    Denied,
}

fn main() {}
