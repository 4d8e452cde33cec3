#[derive(Debug, centrifugo::Reject)]
enum Oops {
    Denied,
}

fn main() {}
