const INTERNAL: centrifugo::ErrorReply = centrifugo::ErrorReply::new(100, "internal server error");

fn main() {}
