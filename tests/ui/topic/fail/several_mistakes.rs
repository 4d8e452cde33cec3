#[centrifugo::topic("user.<id", nam = "x")]
fn own<T>() -> bool {
    true
}

fn main() {}
