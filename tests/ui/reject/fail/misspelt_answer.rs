#[derive(Debug, centrifugo::Reject)]
enum Oops {
    #[reject(intrenal)]
    Denied,
}

fn main() {}
