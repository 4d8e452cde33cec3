#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[reject(disconnect(4501, "gesperrt für heute"))]
    Denied,
}

fn main() {}
