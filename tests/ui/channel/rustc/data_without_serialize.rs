fn main() {
    struct Message;
    centrifugo::Publisher::from_env().unwrap().publish("news", &Message);
}
