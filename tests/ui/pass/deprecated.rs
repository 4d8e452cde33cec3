//! The expansions of deprecated items cause no warning, and allow no lint.
#![forbid(deprecated)]

use centrifugo::{
    Call, Event, Failure, Next, Reject, UserId, channel, error_handler, extractor, handlers, interceptor, rpc, topic,
};

#[deprecated]
#[rpc("old")]
async fn old(_: Account) -> Result<(), Refused> {
    Err(Refused::Banned)
}

#[deprecated]
#[interceptor]
async fn timed<E: Event>(call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    next.run(call).await
}

#[deprecated]
#[error_handler]
async fn report(_: Failure) {}

struct Account {
    _user: UserId,
}

#[deprecated]
#[extractor]
async fn account(user: UserId) -> Account {
    Account { _user: user }
}

#[deprecated]
#[channel("user.<id>[.<room>]")]
pub struct User {
    pub id: u64,
    pub room: Option<u64>,
}

#[topic("room.<id>")]
async fn room(id: u64) -> bool {
    #[deprecated]
    #[rpc("inner.<id>")]
    async fn inner(id: u64) -> u64 {
        id
    }

    id > 0
}

#[derive(Debug, Reject)]
enum Refused {
    #[reject(403, "banned")]
    Banned,
    #[deprecated]
    #[reject(404, "gone")]
    #[expect(dead_code, reason = "nothing makes one any more")]
    Gone(u64),
}

#[deprecated]
#[derive(Debug, Reject)]
#[reject(internal)]
pub struct Broken(pub std::fmt::Error);

fn main() {
    assert_eq!(handlers![old, room].len(), 2);
}
