#[centrifugo::channel("user.<id>")]
struct User {
    id: &'static str,
}

fn main() {}
