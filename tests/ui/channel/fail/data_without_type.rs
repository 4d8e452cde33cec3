fn main() {}

#[centrifugo::channel("room:<id>", data)]
pub struct Room {
    pub id: u64,
}
