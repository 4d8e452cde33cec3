fn main() {}

#[centrifugo::channel("room:<id>", data(String))]
pub struct Room {
    pub id: u64,
}
