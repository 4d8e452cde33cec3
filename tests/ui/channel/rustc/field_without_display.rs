struct Id;

impl std::str::FromStr for Id {
    type Err = std::convert::Infallible;

    fn from_str(_: &str) -> Result<Self, Self::Err> {
        Ok(Self)
    }
}

#[centrifugo::channel("user.<id>")]
struct User {
    id: Id,
}

fn main() {}
