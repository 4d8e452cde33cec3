#[centrifugo::extractor]
struct Account;

fn main() {}
