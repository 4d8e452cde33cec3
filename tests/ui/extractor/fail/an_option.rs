struct Account;

#[centrifugo::extractor]
async fn account() -> Option<Account> {
    None
}

fn main() {}
