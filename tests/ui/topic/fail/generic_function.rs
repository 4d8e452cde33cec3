#[centrifugo::topic("user.<id>")]
async fn own<T: std::str::FromStr + Send>(id: T) -> bool {
    drop(id);
    true
}

fn main() {}
