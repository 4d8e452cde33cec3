#[centrifugo::channel("room:<id>", data = u32, from_clint = u64)]
struct Room {
    id: u64,
}

fn main() {}
