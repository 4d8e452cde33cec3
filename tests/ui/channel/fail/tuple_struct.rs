#[centrifugo::channel("user.<id>")]
struct User(u64);

fn main() {}
