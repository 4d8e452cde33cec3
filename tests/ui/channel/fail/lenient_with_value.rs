fn main() {}

#[centrifugo::channel("room:<id>", lenient = true)]
pub struct Room {
    pub id: u64,
}
