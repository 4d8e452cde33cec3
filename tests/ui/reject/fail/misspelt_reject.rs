#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[rejects(403, "not you")]
    Denied,
}

fn main() {}
