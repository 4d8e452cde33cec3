mod users {
    #[centrifugo::rpc("user.kick")]
    pub async fn kick() {}
}

mod rooms {
    #[centrifugo::rpc("room.kick")]
    pub async fn kick() {}
}

use rooms::*;
use users::*;

fn main() {
    let _handlers = centrifugo::handlers![kick];
}
