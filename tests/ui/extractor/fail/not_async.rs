struct Account;

#[centrifugo::extractor]
fn account() -> Account {
    Account
}

fn main() {}
