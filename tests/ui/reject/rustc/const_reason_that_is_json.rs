const BANNED: centrifugo::Disconnect = centrifugo::Disconnect::new(4501, "1");

fn main() {}
