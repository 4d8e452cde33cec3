#[centrifugo::channel("room:<id>", data = u32, from_client)]
struct Room {
    id: u64,
}

fn main() {}
