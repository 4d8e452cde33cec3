#[centrifugo::channel("user.<id>.<kind>")]
struct User {
    id: u64,
    #[cfg(any())]
    kind: String,
}

fn main() {}
