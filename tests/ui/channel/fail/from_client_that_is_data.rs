#[centrifugo::channel("room:<id>", data = u32, from_client = u32)]
struct Room {
    id: u64,
}

fn main() {}
