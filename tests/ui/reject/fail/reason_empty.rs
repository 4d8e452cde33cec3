#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[disconnect(4501, "")]
    Denied,
}

fn main() {}
