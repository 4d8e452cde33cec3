#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[reject(transparent)]
    Denied(String),
}

fn main() {}
