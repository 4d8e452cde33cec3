#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[reject(403, " ")]
    Denied,
}

fn main() {}
