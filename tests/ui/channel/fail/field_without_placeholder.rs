#[centrifugo::channel("user.<id>")]
struct User {
    id: u64,
    name: String,
}

fn main() {}
