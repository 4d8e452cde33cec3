fn main() {
    let publisher = centrifugo::Publisher::from_env().unwrap();
    publisher.publish(Room { id: 1 }, "hi");
    publisher.broadcast([Room { id: 1 }], &2);
}

#[derive(serde::Serialize)]
struct Message;

#[centrifugo::channel("room:<id>", data = Message)]
struct Room {
    id: u64,
}
