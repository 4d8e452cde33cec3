#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[reject(disconnect(403, "go away"))]
    Denied,
}

fn main() {}
