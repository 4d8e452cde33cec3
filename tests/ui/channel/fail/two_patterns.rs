fn main() {}

#[centrifugo::channel("room:<id>", "rooms:<id>")]
pub struct Room {
    pub id: u64,
}
