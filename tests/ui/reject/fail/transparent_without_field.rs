#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[reject(transparent)]
    Denied,
}

fn main() {}
