fn main() {}

#[centrifugo::channel("news", lenient)]
pub struct News {}
