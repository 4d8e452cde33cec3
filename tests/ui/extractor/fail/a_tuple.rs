#[centrifugo::extractor]
async fn pair(user: centrifugo::UserId) -> (centrifugo::UserId, u8) {
    (user, 1)
}

fn main() {}
