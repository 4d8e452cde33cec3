#[centrifugo::channel("user.<id>")]
enum User {
    Id(u64),
}

fn main() {}
