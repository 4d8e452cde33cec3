const BANNED: centrifugo::Disconnect = centrifugo::Disconnect::new(403, "banned");

fn main() {}
