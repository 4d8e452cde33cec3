#[centrifugo::rpc("aa.<id>.<_id>")]
async fn aa(_id: String) {
    drop(_id);
}

fn main() {}
