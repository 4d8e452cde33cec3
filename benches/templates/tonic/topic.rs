
async fn room_{n}(room: u64, name: String, user: &str, shop: &Shop) -> bool {
    *user == name && room < shop.total + {n}
}
