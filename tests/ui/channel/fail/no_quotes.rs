fn main() {}

#[centrifugo::channel(room:<id>)]
pub struct Room {
    pub id: u64,
}
