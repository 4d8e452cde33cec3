#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[reject(403, "not you")]
    #[reject(internal)]
    Denied,
}

fn main() {}
