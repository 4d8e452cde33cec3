struct Account;

#[centrifugo::extractor(Account)]
async fn account() -> Account {
    Account
}

fn main() {}
