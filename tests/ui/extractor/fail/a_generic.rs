struct Account;

#[centrifugo::extractor]
async fn account<E: centrifugo::Event>(_call: &centrifugo::Call<E>) -> Account {
    Account
}

fn main() {}
