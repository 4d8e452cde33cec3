#[centrifugo::channel("user.<id>")]
struct UserChannel {
    id: u64,
}

#[centrifugo::topic("UserChannel")]
async fn own(channel: UserChannel) -> bool {
    channel.id > 0
}

fn main() {}
