#[centrifugo::channel("room:<id>", from_client = u32, from_client = u64)]
struct Room {
    id: u64,
}

fn main() {}
