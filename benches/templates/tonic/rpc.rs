async fn add_{n}(id: u64, user: &str, ask: Ask{n}, shop: &Shop) -> Answer{n} {
    Answer{n} { id, total: shop.total + ask.amount, note: format!("{} of {}", ask.note, user) }
}
