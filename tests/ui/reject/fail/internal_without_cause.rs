#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[reject(internal("boom"))]
    Denied,
}

fn main() {}
