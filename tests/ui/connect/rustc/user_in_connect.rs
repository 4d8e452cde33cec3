#[centrifugo::connect]
async fn connect(user: centrifugo::UserId) -> centrifugo::Connected {
    centrifugo::Connected::user(user)
}

fn main() {}
