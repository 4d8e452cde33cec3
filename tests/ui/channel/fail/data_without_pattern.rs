fn main() {}

#[centrifugo::channel(data = String)]
pub struct Room {
    pub id: u64,
}
