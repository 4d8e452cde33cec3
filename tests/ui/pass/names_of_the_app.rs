//! Names that expansions might stumble over, and strict lints.
#![forbid(unsafe_code)]
#![deny(missing_docs, unused, clippy::all, clippy::pedantic)]
#![expect(dead_code, reason = "these names only stand in the way")]

struct Result;
struct Option;
struct Box;
struct Some;
struct Ok;
struct Vec;
mod std {}
mod core {}
mod centrifugo_macros {}

/// Has documentation.
#[centrifugo::topic("user.<event>")]
async fn topic(event: u64, call: centrifugo::UserId) -> bool {
    call == event.to_string()
}

#[centrifugo::connect]
#[allow(clippy::unused_async)]
async fn connect(centrifugo::Data(mut name): centrifugo::Data<String>) -> centrifugo::Connected {
    name.push('!');
    centrifugo::Connected::user(name)
}

#[centrifugo::rpc("run.<values>")]
async fn run(values: u8) -> u8 {
    values
}

#[centrifugo::rpc("bind.<needs>")]
async fn bind(needs: ::std::string::String) -> ::std::string::String {
    needs
}

#[centrifugo::rpc("needs")]
async fn needs() {}

/// A channel.
#[centrifugo::channel("order.<id>[.items.<item>]")]
#[derive(Debug, Clone, PartialEq)]
pub struct OrderChannel {
    /// The order.
    pub id: u64,
    /// An item of it.
    pub item: ::std::option::Option<u64>,
}

fn main() {}
