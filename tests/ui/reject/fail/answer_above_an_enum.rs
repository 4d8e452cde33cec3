#[derive(Debug, centrifugo::Reject)]
#[reject(internal)]
enum Oops {
    #[reject(403, "not you")]
    Denied,
}

fn main() {}
