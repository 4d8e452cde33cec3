#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[reject(disconnect(4001, "later"), temporary)]
    Later,
}

fn main() {}
