//! Expansions allow no lint that isn't allowed where they stand.
#![forbid(non_local_definitions, unused, unused_qualifications, missing_debug_implementations, unreachable_pub)]

use centrifugo::{Call, Event, Failure, Next, Reject, State, UserId};

struct Account(UserId);

#[centrifugo::extractor]
async fn account(user: UserId) -> Account {
    Account(user)
}

#[centrifugo::error_handler]
async fn report(failure: Failure) {
    drop(failure);
}

#[centrifugo::interceptor]
async fn timed<E: Event>(_: State<u8>, call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    next.run(call).await
}

fn main() {
    #[centrifugo::rpc("ping.<id>")]
    async fn ping(id: u64, account: Account) -> bool {
        id == 1 && account.0 == "1"
    }
}
