//! Every attribute may be written by a macro, with fragments of every kind in what it stands on and in its parentheses.
#![deny(warnings)]

use std::sync::Arc;

use centrifugo::{
    App, Call, ClientId, Connected, Data, ErrorReply, Event, Failure, Next, Polled, Publisher, Refreshed, Reject, Rpc,
    RpcReply, State, SubRefreshed, UserId,
};
use futures_util::stream::{self, Stream};

macro_rules! handler {
    (
        $attribute:meta =>
        $vis:vis $name:ident<$lifetime:lifetime>($($pat:pat_param => $ty:ty),*) -> $reply:ty $body:block
    ) => {
        #[$attribute]
        $vis async fn $name<$lifetime>($($pat: $ty),*) -> $reply $body
    };
}

handler!(centrifugo::connect => connect<'a>(_ => &'a ClientId2<'a>) -> Connected { Connected::user("ann") });
handler!(centrifugo::refresh(name = "again") => pub(crate) refresh<'a>(user => &'a UserId) -> Refreshed {
    Refreshed::for_secs(user.len() as u64)
});
handler!(centrifugo::shared_poll("prices:<market>") => pub poll<'a>(mut market => String) -> Polled {
    market.push('!');
    drop(market);
    Polled::new()
});
handler!(centrifugo::cache_empty => empty<'a>() -> bool { true });
handler!(centrifugo::channel_state => state<'a>() -> () {});
handler!(centrifugo::rpc("fn.<n>") =>
    call<'a>(n => u8, State(call) => State<Arc<dyn for<'b> Fn(&'b u8) -> &'b u8 + Send + Sync>>) -> u8 {
        *call(&n)
    }
);

type ClientId2<'a> = State2<'a, ClientId>;
struct State2<'a, T>(std::marker::PhantomData<&'a T>);

impl<'c, E: Event> centrifugo::Extract<'c, E> for &'c State2<'c, ClientId> {
    async fn extract(_: &'c Call<E>) -> Result<Self, Reject> {
        Err(Reject::from(ErrorReply::BAD_REQUEST))
    }
}

/// What is matched as a whole, and what is passed through another macro.
macro_rules! rpc {
    ($name:ident, $pattern:literal, $log:literal, $collect:literal, $id:ident: $ty:ty, $answer:expr, $statement:stmt) => {
        rpc!(@ $name, $pattern, $log, $collect, $id: $ty, $answer, $statement);
    };
    (@ $name:ident, $pattern:expr, $log:expr, $collect:expr, $id:ident: $ty:ty, $answer:expr, $statement:stmt) => {
        #[centrifugo::rpc($pattern, name = $log, collect = $collect)]
        async fn $name($id: $ty) -> u64 {
            $statement
            let _ = $id;
            $answer * 2
        }
    };
}

rpc!(optional, "optional[.<id>]", "log", true, id: Option<u64>, 1 + 2, let _x = 1);
rpc!(literal, "literal.<id>", "log", false, id: u64, 3, let _y = 2);

macro_rules! item {
    ($item:item) => {
        #[centrifugo::sub_refresh]
        $item
    };
}

item! {
    async fn still(user: Option<UserId>) -> SubRefreshed {
        if user.is_some() { SubRefreshed::for_secs(1) } else { SubRefreshed::expired() }
    }
}

macro_rules! tokens {
    ($($tokens:tt)*) => {
        $($tokens)*
    };
}

tokens! {
    #[centrifugo::map_publish("board:<id>")]
    async fn put(id: u64) -> bool { id == 1 }

    #[centrifugo::map_remove("board:<_>", anyone)]
    async fn take() {}
}

macro_rules! channel {
    (
        $(#[$meta:meta])* $vis:vis $name:ident, $pattern:literal, $data:ty, {$($field:ident: $ty:ty),*},
        $handler:ident, $path:path
    ) => {
        #[centrifugo::channel($pattern, data = $data)]
        $(#[$meta])*
        $vis struct $name {
            $($field: $ty),*
        }

        #[centrifugo::publish($path)]
        async fn $handler(_: $path, message: Data<$data>) -> bool {
            drop(message);
            true
        }

        impl $name {
            fn publish(&self, publisher: &Publisher, data: &$data) {
                let _publishing = publisher.publish(self, data);
            }
        }
    };
}

channel!(#[derive(Debug)] pub(crate) Room, "room:<id>[:<thread>]", Vec<String>, { id: u64, thread: Option<u64> }, say, Room);
channel!(Path, "files:<path..>", str2::Text, { path: String }, upload, crate::Path);

mod str2 {
    pub(crate) type Text = String;
}

macro_rules! streams {
    ($($name:ident: $pattern:tt -> $item:ty),*) => {$(
        #[centrifugo::stream($pattern)]
        async fn $name() -> impl Stream<Item = $item> {
            stream::empty()
        }
    )*};
}

streams!(ticks: "ticks" -> u8, tocks: "tocks" -> Result<String, Reject>);

macro_rules! around {
    ($name:ident, $event:ty, $reply:ty, $error:ty, ($($extracted:ty),*), $($option:ident = $value:expr),*) => {
        #[centrifugo::interceptor(rpc, $($option = $value),*)]
        async fn $name($(_: $extracted,)* call: Call<$event>, next: Next<$event>) -> Result<$reply, $error> {
            next.run(call).await
        }
    };
}

around!(outer, Rpc, RpcReply, Reject, (), order = -1, name = "outer");
around!(inner, Rpc, RpcReply, Reject, (Option<UserId>, State<u8>), order = 7, collect = false);

macro_rules! errors {
    ($name:ident, $failure:ident: $ty:ty, $body:block) => {
        #[centrifugo::error_handler]
        async fn $name($failure: $ty) $body
    };
}

errors!(report, failure: Failure, { drop(failure) });

macro_rules! app {
    ($($handler:path),*; $($interceptor:path),*) => {
        App::new().handlers(centrifugo::handlers![$($handler),*]).interceptors(centrifugo::interceptors![$($interceptor),*])
    };
}

fn main() {
    let _app = app!(literal, self::literal, crate::optional; inner, self::outer);
    if let Ok(publisher) = Publisher::from_env() {
        Room { id: 1, thread: None }.publish(&publisher, &vec![]);
        Path { path: "a".into() }.publish(&publisher, &"b".into());
    }
}
