#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[internal("boom")]
    Denied,
}

fn main() {}
