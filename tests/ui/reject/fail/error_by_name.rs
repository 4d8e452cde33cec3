#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[reject(error(403, "not you"))]
    Denied,
}

fn main() {}
