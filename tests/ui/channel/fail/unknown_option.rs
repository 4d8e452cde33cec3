fn main() {}

#[centrifugo::channel("room:<id>", ignore_case)]
pub struct Room {
    pub id: u64,
}
