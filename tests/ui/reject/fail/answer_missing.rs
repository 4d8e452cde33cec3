#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[reject]
    Denied,
}

fn main() {}
