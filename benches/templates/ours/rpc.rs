#[rpc("item{n}.<id>.add")]
async fn add_{n}(id: u64, user: UserId, Data(ask): Data<Ask{n}>, State(shop): State<Shop>) -> Answer{n} {
    Answer{n} { id, total: shop.total + ask.amount, note: format!("{} of {}", ask.note, user) }
}
