fn main() {}

#[centrifugo::channel("room:<id>", lenient, data = u64, lenient)]
pub struct Room {
    pub id: u64,
}
