#[centrifugo::topic("user.<id>")]
async fn own(user: centrifugo::UserId) -> bool {
    user == "7"
}

fn main() {}
