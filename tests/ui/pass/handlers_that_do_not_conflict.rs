//! Handlers that don't conflict: of other patterns, other events, other spellings, or that aren't collected.

#[centrifugo::channel("user.<id>")]
pub struct User {
    pub id: u64,
}

mod other {
    #[centrifugo::channel("group.<id>")]
    pub struct User {
        pub id: u64,
    }

    #[centrifugo::topic(User)]
    async fn own(_: User) {}

    #[centrifugo::topic(User, collect = false)]
    async fn uncollected(_: User) {}
}

#[centrifugo::topic(User)]
async fn own(_: User) {}

#[centrifugo::topic(User, ignore_case)]
async fn own_in_any_case(_: User) {}

#[centrifugo::publish(User, anyone)]
async fn publish(_: User) {}

#[centrifugo::topic("a.b")]
async fn dot() {}

#[centrifugo::topic("a_b")]
async fn line() {}

#[centrifugo::rpc("a.b")]
async fn method() {}

#[centrifugo::rpc("a.b", collect = false)]
async fn uncollected() {}

#[cfg(any())]
#[centrifugo::rpc("a.b")]
async fn absent() {}

fn main() {
    #[centrifugo::rpc("in a function")]
    async fn inner() {}

    assert!(centrifugo::App::new().into_service().is_ok());
}
