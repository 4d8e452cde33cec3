#[centrifugo::channel("user.<id>")]
struct User {
    id: Option<u64>,
}

fn main() {}
