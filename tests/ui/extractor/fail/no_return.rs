#[centrifugo::extractor]
async fn account(user: centrifugo::UserId) {
    drop(user);
}

fn main() {}
