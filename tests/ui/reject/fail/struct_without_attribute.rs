#[derive(Debug, centrifugo::Reject)]
struct Oops;

fn main() {}
