#[centrifugo::topic("user.<name>")]
async fn own(#[cfg(unix)] name: String) -> bool {
    !name.is_empty()
}

fn main() {}
