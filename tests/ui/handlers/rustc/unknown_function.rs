mod admin {
    #[centrifugo::rpc("kick", collect = false)]
    pub async fn kick() {}
}

fn main() {
    let _handlers = centrifugo::handlers![admin::kik];
}
