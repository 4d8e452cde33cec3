struct Account;

#[centrifugo::extractor]
#[centrifugo::rpc("account")]
async fn account() -> Account {
    Account
}

fn main() {}
