mod admin {
    #[centrifugo::rpc("kick")]
    pub async fn kick() {}
}

fn main() {
    let _handlers = centrifugo::handlers![admin::*];
    let _handlers = centrifugo::handlers![admin::{kick}];
    let _handlers = centrifugo::handlers![admin::kick; admin::kick];
}
