fn main() {}

struct Id;

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("id")
    }
}

#[centrifugo::channel("user.<id>")]
struct User {
    id: Id,
}
