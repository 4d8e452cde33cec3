fn main() {}

#[centrifugo::channel("room:<id>", lenientt)]
pub struct Room {
    pub id: u64,
}
