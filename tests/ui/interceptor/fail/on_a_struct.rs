#[centrifugo::interceptor]
struct Timed;

fn main() {}
