/// A typed channel, for `#[topic(UserChannel)]`, `Connected::subscribe` and `Publisher::publish`.
#[centrifugo::channel("user:<id>")]
struct UserChannel {
    id: u64,
}
