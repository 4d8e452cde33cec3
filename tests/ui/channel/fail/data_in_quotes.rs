fn main() {}

#[centrifugo::channel("room:<id>", data = "Message")]
pub struct Room {
    pub id: u64,
}
