fn main() {}

#[centrifugo::channel("room:<id>", data = String, data = u64)]
pub struct Room {
    pub id: u64,
}
