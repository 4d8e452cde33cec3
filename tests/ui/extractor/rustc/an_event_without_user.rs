struct Account(centrifugo::UserId);

#[centrifugo::extractor]
async fn account(user: centrifugo::UserId) -> Account {
    Account(user)
}

#[centrifugo::connect]
async fn connect(account: Account) -> centrifugo::Connected {
    centrifugo::Connected::user(account.0)
}

fn main() {}
