#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[reject(disconnect(4501, ""))]
    Denied,
}

fn main() {}
