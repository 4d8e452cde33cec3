#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[reject("not you")]
    Denied,
}

fn main() {}
