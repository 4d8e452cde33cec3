mod names {
    pub const USERS: &str = "user.<id>";
}

#[centrifugo::topic(names::USERS)]
async fn users() {}

fn main() {}
