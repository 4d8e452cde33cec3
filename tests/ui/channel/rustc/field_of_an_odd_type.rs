#[centrifugo::channel("user.<ids>[.<tags..>]")]
struct User {
    ids: Vec<u64>,
    tags: Option<Vec<u8>>,
}

fn main() {}
