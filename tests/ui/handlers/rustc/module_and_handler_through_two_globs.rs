mod rooms {
    pub mod kick {
        pub fn reason() {}
    }
}

mod users {
    #[centrifugo::rpc("user.kick")]
    pub async fn kick() {}
}

use rooms::*;
use users::*;

fn main() {
    kick::reason();
}
