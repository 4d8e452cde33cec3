fn main() {}

#[centrifugo::channel("room:<id>", date = String)]
pub struct Room {
    pub id: u64,
}
