#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[reject(disconnect(4501, "a reason that is far too long to be sent"))]
    Denied,
}

fn main() {}
