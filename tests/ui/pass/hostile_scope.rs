//! Names, traits and lints of an app that expansions might stumble over.
#![forbid(
    deprecated,
    elided_lifetimes_in_paths,
    refining_impl_trait,
    trivial_casts,
    unreachable_code,
    unreachable_pub,
    unsafe_code,
    unused_imports,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    unused_variables
)]
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    missing_copy_implementations,
    unit_bindings,
    unnameable_types
)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]

use std::sync::Arc;

// In scope, so that a longer path to one of them would be unnecessary.
use centrifugo::{
    App, Call, Channel, ClientId, Connected, Data, Event, Extract, Failure, HasChannel, InvalidChannel, Metadata, Needs,
    Next, Reject, Rpc, RpcReply, State, Subscribe, Subscribed, SubscribedStream, ToChannel, UserId, channel, connect,
    error_handler, handlers, interceptor, interceptors, publish, rpc, stream, sub_refresh, topic,
};
use others::*;
use traits::Everything as _;

/// What attributes of other frameworks leave: items of any name.
mod others {
    #![expect(non_camel_case_types, non_upper_case_globals, reason = "that is what they are called")]
    #[derive(Debug, Clone, Copy)]
    pub(crate) struct value;
    #[derive(Debug, Clone, Copy)]
    pub(crate) struct values;
    pub(crate) const call: u8 = 1;
    pub(crate) const next: &str = "";
    pub(crate) static rest: u8 = 1;
    pub(crate) const taken: () = ();
    pub(crate) static writer: u8 = 1;
    pub(crate) const failure: u8 = 1;
    pub(crate) const argument_0: u8 = 1;
    pub(crate) const field_0: u8 = 1;
}

/// Methods of all types, with the names of those that expansions call.
mod traits {
    #![expect(dead_code, reason = "they only stand in the way")]
    pub(crate) trait Everything: Sized {
        fn split(self) {}
        fn reply(self) {}
        fn carried_by(self) {}
        fn value(self) {}
        fn optional(self) {}
        fn begin(self) {}
        fn new() {}
        fn all(self) {}
        fn read(self) {}
        fn write(self) {}
        fn literal(self) {}
        fn rest(self) {}
        fn extract(self) {}
        fn needs(self) {}
        fn is_some(self) {}
        fn map_err(self) {}
        fn into(self) {}
        fn ignore_case(self) {}
        fn rpc(self) {}
        fn to_channel(self) {}
        fn into_future(self) {}
        fn poll(self) {}
    }

    impl<T> Everything for T {}
}

/// Types with the names of primitive ones.
mod primitives {
    #![expect(non_camel_case_types, reason = "that is what they are called")]
    struct u8;
    struct str;

    #[centrifugo::channel("primitive.<id>")]
    struct Primitive {
        id: u64,
    }

    #[centrifugo::topic(Primitive)]
    async fn primitive(Primitive { id }: Primitive) -> bool {
        drop((u8, str));
        id > 1
    }

    #[centrifugo::topic("shapes[.<_>]", ignore_case)]
    async fn shapes() -> bool {
        false
    }

    #[centrifugo::topic("bool")]
    async fn bool(user: centrifugo::UserId) -> bool {
        user.is_anonymous()
    }
}

/// Short names, as of constants and generics.
#[derive(Debug, Clone, Copy)]
#[channel("dm.<id>", lenient)]
pub struct DM {
    id: u64,
}

#[channel("dm2.<id>[.<more>]", data = String)]
#[derive(Debug, Clone)]
struct DM2 {
    id: u64,
    more: Option<String>,
    #[cfg(any())]
    never: u64,
}

#[channel("e")]
struct E {}

#[channel("t.<value>.<call>")]
struct T {
    value: u64,
    call: String,
}

#[topic(DM)]
async fn dm() -> bool {
    true
}

#[publish(DM2)]
async fn dm2(DM2 { id, more }: DM2, _client: Option<ClientId>, Data(data): Data<String>) -> bool {
    id > 1 && more.is_some_and(|more| more == data)
}

#[sub_refresh(E)]
async fn e(_: E, user: &UserId) -> centrifugo::SubRefreshed {
    centrifugo::SubRefreshed::for_secs(user.len() as u64)
}

#[stream(T)]
async fn t(channel: T, user: UserId) -> SubscribedStream {
    drop((channel.value, channel.call, user));
    Subscribed::new().try_stream(futures_util::stream::empty::<Result<String, Reject>>())
}

type Bound = Arc<dyn for<'a> Fn(&'a str) -> &'a str + Send + Sync>;

#[rpc("run.<a>.<b>[.<c>]")]
async fn run<'c>(
    a: u64,
    b: String,
    c: Option<u64>,
    user: &'c UserId,
    State(bound): State<Bound>,
    State(pointer): State<for<'a> fn(&'a str) -> &'a str>,
    State(boxed): State<Arc<dyn for<'a> Fn(&'a str) -> Box<dyn Iterator<Item = &'a str> + 'a> + Send + Sync + 'static>>,
    data: Result<Data<String>, Reject>,
    metadata: Metadata<'c>,
    #[cfg(any())] missing: Missing,
) -> Result<String, Reject> {
    let text = format!("{a}{c:?}{}{}{}", bound(user), pointer(&b), metadata.len());
    Ok(text + &data?.0 + &boxed(&b).collect::<String>())
}

#[connect]
async fn connect() -> Connected {
    Connected::anonymous()
}

#[interceptor(rpc, order = -1)]
async fn outer(
    #[cfg(any())] missing: Missing,
    user: UserId,
    received: Call<Rpc>,
    then: Next<Rpc>,
) -> Result<RpcReply, Reject> {
    let _length = user.len();
    then.run(received).await
}

#[interceptor]
async fn every<E2: Event>(State(_max): State<u64>, received: Call<E2>, then: Next<E2>) -> Result<E2::Reply, Reject> {
    then.run(received).await
}

#[error_handler]
async fn report(what: Failure) {
    drop(what);
}

/// An own extractor, which waits.
#[derive(Debug, Clone, Copy)]
pub struct Waits;

impl<'c, Event2: HasChannel> Extract<'c, Event2> for Waits {
    async fn extract(received: &'c Call<Event2>) -> Result<Self, Reject> {
        let _channel = <Channel as Extract<'_, Event2>>::extract(received).await?;
        Ok(Self)
    }

    fn needs(_: &mut Needs) {}
}

#[topic("waits.<_id>.<id>")]
async fn waits(_id: u64, id: String, _waits: Waits, _more: Subscribe) -> bool {
    id.is_empty()
}

mod user {
    pub(crate) const NAME: &str = "a module may have a handler's name";
}

/// A handler with a module's name.
#[topic("user.<_>")]
pub async fn user() -> bool {
    user::NAME.is_empty()
}

/// A handler with a crate's name.
#[rpc("futures")]
pub async fn futures_util() -> String {
    let _stream: futures_util::stream::Empty<u8> = futures_util::stream::empty();
    String::new()
}

impl ToChannel for Waits {
    fn to_channel(&self) -> Result<Channel, InvalidChannel> {
        ToChannel::to_channel("waits")
    }
}

fn main() {
    let _others = (value, values, call, next, rest, taken, writer, failure, argument_0, field_0);
    Waits.split();
    let _app = App::new().handlers(handlers![dm, run, futures_util]).interceptors(interceptors![outer]);
}
