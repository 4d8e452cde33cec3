#[centrifugo::channel("user.<id>.<name>")]
struct User {
    id: u64,
}

fn main() {}
