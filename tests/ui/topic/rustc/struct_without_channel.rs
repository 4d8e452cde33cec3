pub struct User;

#[centrifugo::topic(User)]
async fn own() -> bool {
    true
}

fn main() {}
