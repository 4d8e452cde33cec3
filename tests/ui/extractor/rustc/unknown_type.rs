use centrifugo::{Data, UserId};

struct Account;

#[centrifugo::extractor]
async fn account(_: Data<Message>, _: UserId, _: Session) -> Account {
    Account
}

fn main() {}
