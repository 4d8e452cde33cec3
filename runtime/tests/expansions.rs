//! The code that attributes write, among other names: which function is called, and with which values.
#![forbid(unsafe_code)]

use std::fmt;
use std::str::FromStr;

use centrifugo::testing::TestApp;
use centrifugo::{App, ErrorReply, Handler, Metadata, Reject, State, ToChannel, UserId, handlers, interceptors, rpc, topic};

fn app<const N: usize>(handlers: [&'static Handler; N]) -> TestApp {
    TestApp::new(App::empty().handlers(handlers)).expect("an app that can start")
}

#[rpc("both.<id>.<_id>", collect = false)]
async fn both(_id: String, id: String) -> String {
    format!("{id} {_id}")
}

#[rpc("both.<_>.<_id>.only", collect = false)]
async fn only(_id: String) -> String {
    _id
}

#[rpc("own.<user>", collect = false)]
async fn own(_user: UserId, user: u64) -> bool {
    _user == user.to_string()
}

#[rpc("unused.<user>", collect = false)]
async fn unused(_user: u64) -> bool {
    true
}

#[tokio::test]
async fn each_placeholder_has_its_own_argument_by_the_exact_name_first() {
    let app = app(handlers![both, only, own, unused]);
    assert_eq!(app.rpc("both.a.b").await.data::<String>(), "a b");
    assert_eq!(app.rpc("both.a.b.only").await.data::<String>(), "b");
    assert!(app.rpc("own.7").user("7").await.data::<bool>());
    assert!(!app.rpc("own.7").user("8").await.data::<bool>());
    assert!(app.rpc("unused.7").await.data::<bool>());
    assert_eq!(app.rpc("unused.x").await.error().code(), ErrorReply::METHOD_NOT_FOUND.code());
}

/// Handlers and interceptors, imported under other names.
mod admin {
    use centrifugo::{Call, Next, Reject, Rpc, RpcReply};

    #[centrifugo::rpc("kick", collect = false)]
    pub(super) async fn kick() -> &'static str {
        "kick"
    }

    mod deep {
        #[centrifugo::rpc("ban", collect = false)]
        pub(in super::super) async fn ban() -> &'static str {
            "ban"
        }
    }

    pub(super) use deep::ban;

    #[centrifugo::interceptor(rpc, collect = false)]
    pub(super) async fn refuses(call: Call<Rpc>, _next: Next<Rpc>) -> Result<RpcReply, Reject> {
        drop(call);
        Err(Reject::from(centrifugo::ErrorReply::new(402, "refused")))
    }
}

mod public {
    pub(super) use super::admin::ban as exile;
    pub(super) use super::admin::refuses as stop;
}

use admin::{kick, kick as boot};
use public::*;

#[tokio::test]
async fn a_handler_is_found_by_whatever_name_the_function_is_imported_as() {
    for app in
        [app(handlers![kick, exile]), app(handlers![boot, admin::ban]), app(handlers![self::boot, crate::public::exile])]
    {
        assert_eq!(app.rpc("kick").await.data::<String>(), "kick");
        assert_eq!(app.rpc("ban").await.data::<String>(), "ban");
    }
    let app = TestApp::new(App::empty().handlers(handlers![kick]).interceptors(interceptors![stop])).unwrap();
    assert_eq!(app.rpc("kick").await.error().code(), 402);
}

#[tokio::test]
async fn a_handler_within_a_function_takes_precedence_over_one_outside() {
    #[rpc("kick", collect = false)]
    async fn kick() -> &'static str {
        "another"
    }
    assert_eq!(app(handlers![kick]).rpc("kick").await.data::<String>(), "another");
}

#[tokio::test]
async fn an_element_that_is_not_compiled_is_not_in_the_list() {
    let app = app(handlers![
        kick,
        #[cfg(any())]
        admin::ban,
        #[cfg(any())]
        missing,
        #[cfg(test)]
        own
    ]);
    assert!(app.rpc("kick").await.is_reply());
    assert!(app.rpc("own.7").user("7").await.is_reply());
    assert_eq!(app.rpc("ban").await.error().code(), ErrorReply::METHOD_NOT_FOUND.code());

    let listed = interceptors![
        #[cfg(any())]
        stop
    ];
    assert_eq!(listed.len(), 0);
}

/// Functions with the names of primitives, crates and modules.
mod taken {
    use super::{App, TestApp, handlers, rpc};

    #[rpc("bool", collect = false)]
    async fn bool() -> bool {
        true
    }

    #[rpc("uuid", collect = false)]
    async fn uuid() -> String {
        uuid::Uuid::nil().to_string()
    }

    mod chat {
        pub(super) const NAME: &str = "chat";
    }

    #[rpc("chat")]
    async fn chat() -> &'static str {
        chat::NAME
    }

    #[tokio::test]
    async fn a_handler_may_have_the_name_of_a_primitive_a_crate_or_a_module() {
        let app = TestApp::new(App::empty().handlers(handlers![bool, uuid])).unwrap();
        assert!(app.rpc("bool").await.data::<bool>());
        assert_eq!(app.rpc("uuid").await.data::<String>().len(), 36);
        assert_eq!(TestApp::new(App::new()).unwrap().rpc("chat").await.data::<String>(), "chat");
    }
}

macro_rules! written {
    ($name:ident, $pattern:literal, $id:ident: $ty:ty, $answer:expr, $body:block) => {
        #[rpc($pattern, collect = false)]
        async fn $name($id: $ty) -> u64 {
            $answer * 2 + u64::from($id != <$ty>::default()) + $body
        }
    };
}

written!(sum, "sum[.<id>]", id: Option<u64>, 1 + 2, { 100 });

macro_rules! bodies {
    ($($name:ident: $pattern:expr => $body:block)*) => {$(
        #[rpc($pattern, collect = false)]
        async fn $name() -> u64 $body
    )*};
}

bodies! {
    seven: "seven" => { 7 }
    eight: "eight" => { 8 }
}

#[tokio::test]
async fn a_macro_s_arguments_keep_their_meaning() {
    let app = app(handlers![sum, seven, eight]);
    assert_eq!(app.rpc("sum").await.data::<u64>(), 106);
    assert_eq!(app.rpc("sum.1").await.data::<u64>(), 107);
    assert_eq!(app.rpc("seven").await.data::<u64>(), 7);
    assert_eq!(app.rpc("eight").await.data::<u64>(), 8);
}

macro_rules! channel {
    ($name:ident($pattern:literal) { $($field:ident: $ty:ty),* }) => {
        #[centrifugo::channel($pattern)]
        #[derive(Debug, Clone, PartialEq)]
        struct $name {
            $($field: $ty),*
        }
    };
}

channel!(Order("order.<id>[.<item>]") { id: u64, item: Option<String> });

/// A short name, as constants have.
#[centrifugo::channel("dm.<id>.<kind>")]
struct DM {
    #[cfg(test)]
    id: u64,
    kind: String,
    #[cfg(not(test))]
    other: u64,
}

#[topic(Order, collect = false)]
async fn order(order: Order) -> bool {
    order.item.is_none_or(|item| item == "tea")
}

#[topic(DM, collect = false)]
async fn dm(DM { id, kind }: DM) -> bool {
    id == 1 && kind == "a"
}

#[tokio::test]
async fn a_channel_of_any_name_and_origin_is_read_and_written() {
    let app = app(handlers![order, dm]);
    for (item, name) in [(None, "order.1"), (Some("tea"), "order.1.tea")] {
        let order = Order { id: 1, item: item.map(str::to_owned) };
        assert_eq!(order.to_channel().unwrap(), name);
        assert!(app.subscribe(name).user("7").await.is_reply());
    }
    assert_eq!(app.subscribe("order.1.cup").user("7").await.error().code(), 403);
    let dm = DM { id: 1, kind: "a".into() }.to_channel().unwrap();
    assert_eq!(dm, "dm.1.a");
    assert!(app.subscribe(dm.as_str()).user("7").await.is_reply());
}

/// An app's own type of this name, which is always there.
mod own_option {
    use super::{FromStr, fmt, rpc};

    #[derive(Debug, PartialEq)]
    pub(super) struct Option<T>(pub(super) T);

    impl<T: FromStr> FromStr for Option<T> {
        type Err = T::Err;

        fn from_str(text: &str) -> Result<Self, T::Err> {
            text.parse().map(Self)
        }
    }

    impl<T: fmt::Display> fmt::Display for Option<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.fmt(f)
        }
    }

    #[rpc("own.<value>", collect = false)]
    pub(super) async fn strict(value: Option<u8>) -> u8 {
        value.0
    }

    #[rpc("any.<value>", lenient, collect = false)]
    pub(super) async fn lenient(value: Option<u8>) -> u8 {
        value.0
    }

    #[centrifugo::channel("own.<value>")]
    pub(super) struct Own {
        pub(super) value: Option<u8>,
    }
}

#[rpc("path.<value>", collect = false)]
async fn by_path(value: own_option::Option<u8>) -> u8 {
    value.0
}

#[rpc("std[.<value>]", collect = false)]
async fn standard(value: ::std::option::Option<u8>) -> u8 {
    value.unwrap_or(9)
}

#[topic(own_option::Own, collect = false)]
async fn own_channel(own: own_option::Own) -> bool {
    own.value.0 == 7
}

#[tokio::test]
async fn a_type_called_option_is_the_one_in_scope() {
    let app = app(handlers![own_option::strict, own_option::lenient, by_path, standard, own_channel]);
    assert_eq!(app.rpc("own.7").await.data::<u8>(), 7);
    assert_eq!(app.rpc("own.07").await.error().code(), ErrorReply::METHOD_NOT_FOUND.code());
    assert_eq!(app.rpc("any.07").await.data::<u8>(), 7);
    assert_eq!(app.rpc("path.7").await.data::<u8>(), 7);
    assert_eq!(app.rpc("std").await.data::<u8>(), 9);
    assert_eq!(app.rpc("std.7").await.data::<u8>(), 7);
    let own = own_option::Own { value: own_option::Option(7) }.to_channel().unwrap();
    assert!(app.subscribe(own.as_str()).user("7").await.is_reply());
}

type Picks = for<'a, 'b> fn(&'a str, &'b str) -> &'b str;

#[rpc("bound.<text>", collect = false)]
async fn bound<'c>(
    text: String,
    user: &'c UserId,
    metadata: Metadata<'c>,
    State(pick): State<for<'a, 'b> fn(&'a str, &'b str) -> &'b str>,
) -> Result<String, Reject> {
    assert!(metadata.len() < 100);
    Ok(pick(&text, user).to_owned())
}

#[tokio::test]
async fn lifetimes_that_a_type_binds_itself_stay_its_own() {
    let pick: Picks = |_, second| second;
    let app = TestApp::new(App::empty().handlers(handlers![bound]).state(pick)).unwrap();
    assert_eq!(app.rpc("bound.text").user("ann").await.data::<String>(), "ann");
}
