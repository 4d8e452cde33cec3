struct Account;

#[centrifugo::extractor]
async fn account(#[cfg(test)] user: centrifugo::UserId) -> Account {
    Account
}

fn main() {}
