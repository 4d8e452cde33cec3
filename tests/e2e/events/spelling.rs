//! One spelling for each channel: a value that its type writes differently doesn't match, unless the attribute is
//! `lenient`.

use std::convert::Infallible;
use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU8;
use std::path::PathBuf;
use std::str::FromStr;

use centrifugo::testing::TestApp;
use centrifugo::{App, ChannelChange, Reject, Subscribed, handlers};
use centrifugo_tests::{Logs, Refused, Stage, refused};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::shared;

const LOWER: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";
const OTHER_UUIDS: [&str; 4] = [
    "67E55044-10B1-426F-9247-BB680E5FE0C8",
    "67e5504410b1426f9247bb680e5fe0c8",
    "{67e55044-10b1-426f-9247-bb680e5fe0c8}",
    "67E55044-10b1-426f-9247-bb680e5fe0c8",
];

/// Reads any text, and can't write itself.
struct Silent;

impl FromStr for Silent {
    type Err = Infallible;

    fn from_str(_: &str) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

/// Reads any case, and writes itself in lower case, letter by letter.
struct Lower(String);

impl FromStr for Lower {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_lowercase()))
    }
}

impl fmt::Display for Lower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|letter| write!(f, "{letter}"))
    }
}

/// Writes itself for people.
struct Room(u64);

impl FromStr for Room {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim_start_matches('r').parse().map(Self)
    }
}

impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "room\n{}{}", self.0, "!".repeat(1000))
    }
}

/// Can't be written, now and then.
struct Broken(String);

impl FromStr for Broken {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_str() {
            "panic" => panic!("no text for this"),
            "error" => f.write_str("error").and(Err(fmt::Error)),
            text => f.write_str(text),
        }
    }
}

macro_rules! topics {
    ($module:ident: $($name:ident($pattern:literal, $ty:ty $(, $lenient:ident)?)),*) => {
        mod $module {
            use super::*;
            $(
                #[centrifugo::topic($pattern $(, $lenient)?, collect = false)]
                pub(crate) async fn $name(_value: $ty) {}
            )*

            pub(crate) fn app() -> TestApp {
                TestApp::new(App::empty().handlers(handlers![$($name),*])).expect("an app that can start")
            }
        }
    };
}

topics!(strict:
    u64("u64:<value>", u64), i32("i32:<value>", i32), f64("f64:<value>", f64), decimal("decimal:<value..>", f64),
    bool("bool:<value>", bool), nonzero("nonzero:<value>", NonZeroU8), letter("letter:<value>", char),
    uuid("uuid:<value..>", Uuid), ip("ip:<value..>", IpAddr), string("string:<value>", String),
    path("path:<value..>", PathBuf), silent("silent:<value>", Silent), lower("lower:<value>", Lower),
    broken("broken:<value>", Broken), tail("tail:a[:<value>]", Option<u64>), rest("rest:<value..>", u64)
);

topics!(lenient:
    u64("u64:<value>", u64, lenient), i32("i32:<value>", i32, lenient), f64("f64:<value>", f64, lenient),
    uuid("uuid:<value..>", Uuid, lenient), ip("ip:<value..>", IpAddr, lenient), silent("silent:<value>", Silent, lenient),
    lower("lower:<value>", Lower, lenient), room("room:<value>", Room, lenient),
    tail("tail:a[:<value>]", Option<u64>, lenient), rest("rest:<value..>", u64, lenient)
);

async fn is_granted(app: &TestApp, channel: &str) -> bool {
    let answer = app.subscribe(channel).user("7").await;
    answer.is_reply() || {
        assert_eq!(answer.error().code(), 403, "{channel}");
        false
    }
}

async fn grants(app: &TestApp, expected: &[(&str, &str, bool)]) {
    for (namespace, values, granted) in expected {
        for value in values.split(' ') {
            let channel = format!("{namespace}:{value}");
            assert_eq!(is_granted(app, &channel).await, *granted, "{channel}");
        }
    }
}

#[tokio::test]
async fn a_value_has_the_spelling_that_its_type_writes() {
    let app = strict::app();
    grants(
        &app,
        &[
            ("u64", "0 7 18446744073709551615", true),
            ("u64", "007 +7 00 +0 x 18446744073709551616", false),
            ("i32", "0 7 -7 -2147483648", true),
            ("i32", "007 +7 -07 -0", false),
            ("f64", "7 -0 NaN inf -inf", true),
            ("f64", "007 +7 7e0 1E1 nan INF infinity", false),
            ("decimal", "1.5 0.1 100", true),
            ("decimal", "1.50 01.5 1. .1 0.10 1.0 1e2", false),
            ("bool", "true false", true),
            ("bool", "TRUE 1", false),
            ("nonzero", "1 255", true),
            ("nonzero", "01 +1 0 256", false),
            ("uuid", LOWER, true),
            ("uuid", &OTHER_UUIDS.join(" "), false),
            ("uuid", &format!("urn:uuid:{LOWER}"), false),
            ("ip", "127.0.0.1 ::1 2001:db8::1", true),
            ("ip", "127.0.0.01 0:0:0:0:0:0:0:1 2001:DB8::1 ::0001", false),
            ("lower", "a ab abc", true),
            ("lower", "A aB Abc", false),
            ("letter", "a A +", true),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_type_that_reads_every_text_as_itself_or_cannot_write_itself_takes_all() {
    let texts = "a A aB 007 +7 {x} %20";
    grants(&strict::app(), &[("silent", texts, true), ("string", texts, true), ("path", texts, true)]).await;
}

#[tokio::test]
async fn tails_and_rests_have_one_spelling_too() {
    let app = strict::app();
    grants(&app, &[("tail", "a a:7", true), ("tail", "a:07 a:+7 a:", false)]).await;
    grants(&app, &[("rest", "7", true), ("rest", "07 +7", false)]).await;
}

#[tokio::test]
async fn lenient_patterns_take_every_spelling_that_parses() {
    let app = lenient::app();
    grants(
        &app,
        &[
            ("u64", "7 007 +7", true),
            ("u64", "x -7", false),
            ("i32", "-0 -07 +7", true),
            ("f64", "7e0 nan INF", true),
            ("uuid", &OTHER_UUIDS.join(" "), true),
            ("ip", "0:0:0:0:0:0:0:1 2001:DB8::1", true),
            ("silent", "a A", true),
            ("lower", "a A", true),
            ("room", "7 r7 rr07", true),
            ("tail", "a a:07", true),
            ("rest", "07", true),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_value_that_fails_while_it_writes_itself_is_no_match_and_one_that_panics_is_a_failure() {
    let logs = Logs::keep();
    let app = strict::app();
    assert!(is_granted(&app, "broken:text").await);
    assert!(!is_granted(&app, "broken:error").await);
    assert!(app.subscribe("broken:panic").user("7").await.failure().contains("no text for this"));
    logs.line(&["DEBUG", "`error` is written `error`"]).await;
}

macro_rules! every_event {
    ($module:ident $(, $lenient:ident)?) => {
        mod $module {
            use centrifugo::testing::TestApp;
            use centrifugo::{App, ErrorReply, PollItem, PolledItem, SubRefreshed, handlers};
            use futures_util::stream::{self, Stream};

            #[centrifugo::topic("order:<id>" $(, $lenient)?, collect = false)]
            async fn subscribe(_id: u64) {}

            #[centrifugo::publish("order:<id>" $(, $lenient)?, anyone, collect = false)]
            async fn publish(_id: u64) {}

            #[centrifugo::sub_refresh("order:<id>" $(, $lenient)?, collect = false)]
            async fn sub_refresh(_id: u64) -> SubRefreshed {
                SubRefreshed::never_expires()
            }

            #[centrifugo::rpc("order:<id>" $(, $lenient)?, collect = false)]
            async fn rpc(_id: u64) {}

            #[centrifugo::stream("live:<id>" $(, $lenient)?, collect = false)]
            async fn open(_id: u64) -> impl Stream<Item = u64> {
                stream::empty()
            }

            #[centrifugo::map_publish("board:<id>" $(, $lenient)?, anyone, collect = false)]
            async fn map_publish(_id: u64) {}

            #[centrifugo::map_remove("board:<id>" $(, $lenient)?, anyone, collect = false)]
            async fn map_remove(_id: u64) {}

            #[centrifugo::shared_poll("poll:<id>" $(, $lenient)?, collect = false)]
            async fn shared_poll(_id: u64, items: Vec<PollItem>) -> Vec<PolledItem> {
                items.into_iter().map(|item| PolledItem::new(item.key, &1)).collect()
            }

            #[centrifugo::cache_empty("order:<id>" $(, $lenient)?, collect = false)]
            async fn cache_empty(_id: u64) -> bool {
                true
            }

            /// Refuses: a state that nobody handles is a success.
            #[centrifugo::channel_state("order:<id>" $(, $lenient)?, collect = false)]
            async fn channel_state(_id: u64) -> Result<(), ErrorReply> {
                Err(ErrorReply::BAD_REQUEST)
            }

            pub(crate) fn app() -> TestApp {
                let handlers = handlers![
                    subscribe, publish, sub_refresh, rpc, open, map_publish, map_remove, shared_poll, cache_empty,
                    channel_state
                ];
                TestApp::new(App::empty().handlers(handlers)).expect("an app that can start")
            }
        }
    };
}

every_event!(strict_events);
every_event!(lenient_events, lenient);

/// The events whose handler answers for this id.
async fn handled(app: &TestApp, id: &str) -> Vec<&'static str> {
    let name = |namespace: &str| format!("{namespace}:{id}");
    let order = name("order");
    let events = [
        ("subscribe", app.subscribe(&order).await.is_reply()),
        ("publish", app.publish(&order).await.is_reply()),
        ("sub_refresh", !app.sub_refresh(&order).await.reply().expired),
        ("rpc", app.rpc(&order).await.is_reply()),
        ("stream", app.stream(name("live")).await.is_reply()),
        ("map_publish", app.map_publish(name("board"), "key").await.is_reply()),
        ("map_remove", app.map_remove(name("board"), "key").await.is_reply()),
        ("shared_poll", !app.shared_poll(name("poll")).item("key", 0).await.reply().items.is_empty()),
        ("cache_empty", app.cache_empty(&order).await.reply().populated),
        ("channel_state", !app.channel_state(&order, ChannelChange::Occupied).await.is_reply()),
    ];
    events.into_iter().filter_map(|(event, is_handled)| is_handled.then_some(event)).collect()
}

#[tokio::test]
async fn every_event_has_one_spelling_unless_its_handler_is_lenient() {
    let (strict, lenient) = (strict_events::app(), lenient_events::app());
    assert_eq!(handled(&strict, "7").await.len(), 10);
    for other in ["007", "+7", "x"] {
        assert_eq!(handled(&strict, other).await, [""; 0], "{other}");
    }
    for any in ["7", "007", "+7"] {
        assert_eq!(handled(&lenient, any).await.len(), 10, "{any}");
    }
    assert_eq!(handled(&lenient, "x").await, [""; 0]);
}

#[centrifugo::channel("seat:<row>[:<place>]")]
struct Seat {
    row: u64,
    place: Option<Lower>,
}

#[centrifugo::channel("device:<id>", lenient)]
struct Device {
    id: Uuid,
}

#[centrifugo::topic(Seat, collect = false)]
async fn seat(_: Seat) {}

#[centrifugo::topic(Device, collect = false)]
async fn device(device: Device) -> Subscribed {
    Subscribed::new().data(&device.id.to_string())
}

/// A handler that takes the channel as an extractor.
#[centrifugo::publish("<_>:<_..>", anyone, collect = false)]
async fn publish(seat: Result<Seat, Reject>, device: Result<Device, Reject>) -> bool {
    seat.is_ok_and(|seat| seat.row == 7 && seat.place.is_none_or(|place| place.0 == "a")) || device.is_ok()
}

#[tokio::test]
async fn typed_channels_have_one_spelling_unless_they_are_lenient() {
    let app = TestApp::new(App::empty().handlers(handlers![seat, device, publish])).expect("an app that can start");
    let upper = format!("device:{}", OTHER_UUIDS[0]);
    let lower = format!("device:{LOWER}");
    for name in ["seat:7", "seat:7:a", &lower, &upper] {
        assert!(app.subscribe(name).await.is_reply(), "{name}");
        assert!(app.publish(name).await.is_reply(), "{name}");
    }
    for name in ["seat:07", "seat:+7", "seat:7:A", "seat:07:a", "seat:7:", "device:x"] {
        assert_eq!(app.subscribe(name).await.error().code(), 403, "{name}");
        assert_eq!(app.publish(name).await.error().code(), 403, "{name}");
    }
    assert_eq!(app.subscribe(upper).await.data::<String>(), LOWER);
}

#[centrifugo::topic("user.<id>", collect = false)]
async fn by_number(id: u64) -> Subscribed {
    Subscribed::new().data(&id)
}

#[centrifugo::topic("user.<name..>", collect = false)]
async fn by_name(name: String) -> Subscribed {
    Subscribed::new().data(&name)
}

#[tokio::test]
async fn the_next_candidate_takes_a_value_in_another_spelling() {
    let app = TestApp::new(App::empty().handlers(handlers![by_number, by_name])).expect("an app that can start");
    assert_eq!(app.subscribe("user.7").await.data::<Value>(), json!(7));
    assert_eq!(app.subscribe("user.007").await.data::<Value>(), json!("007"));
}

#[centrifugo::topic("room:<room>", collect = false)]
async fn strict_room(room: Room) -> bool {
    room.0 > 0
}

#[tokio::test]
async fn the_log_has_which_handler_reads_a_value_that_is_written_differently() {
    let logs = Logs::keep();
    let app = TestApp::new(App::empty().handlers(handlers![by_number, strict_room, seat, publish]))
        .expect("an app that can start");
    assert!(!is_granted(&app, "user.007").await);
    let line = logs.line(&["DEBUG", "by_number", "user.<id>"]).await;
    assert!(line.contains("no match: `007` is written `7`"), "{line}");
    assert!(line.contains("`lenient`"), "{line}");

    // A `Display` for people: cut, and without its control characters.
    assert!(!is_granted(&app, "room:7").await);
    let line = logs.line(&["DEBUG", "strict_room", r"`7` is written `room\n7!!"]).await;
    assert!(line.len() < 3 << 10, "{line}");

    // As an extractor, a typed channel belongs to no handler's pattern.
    assert_eq!(app.publish("seat:07").await.error().code(), 403);
    logs.line(&["DEBUG", "seat:<row>[:<place>]", "`07` is written `7`"]).await;

    // A value that doesn't parse, and one that matches, are no news.
    let before = logs.text().matches("is written").count();
    assert!(is_granted(&app, "user.7").await);
    assert!(!is_granted(&app, "user.x").await);
    assert_eq!(logs.text().matches("is written").count(), before);
}

#[centrifugo::topic("order:<id>", collect = false)]
async fn order(id: u64) -> bool {
    id == 7
}

#[centrifugo::publish("order:<id>", collect = false)]
async fn order_publish(id: u64) -> bool {
    id == 7
}

#[tokio::test]
async fn a_client_reaches_an_order_by_one_channel_only() {
    let stage = Stage::start(App::empty().handlers(handlers![shared::connect, order, order_publish])).await;
    let mut client = stage.connected(Value::Null).await;
    for other in ["order:007", "order:+7"] {
        let end = client.subscribe(other).await;
        assert_eq!((&end["code"], &end["reason"]), (&json!(403), &json!("permission denied")), "{other}");
        let refused = client.publish(other, json!(1)).await;
        assert_eq!(refused, Err(Refused { code: 403, message: "permission denied".into() }), "{other}");
    }
    assert_eq!(client.subscribe("order:7").await["event"], "subscribed");
    client.publish("order:7", json!(2)).await.expect("a publication");
    assert_eq!(client.event("publication").await["data"], 2);
    assert!(client.settled().await.seen("publication").is_empty());
    stage.stop().await;
}

#[centrifugo::rpc("by.<name>", collect = false)]
async fn look_alike(name: String) -> String {
    name
}

/// Methods may have any Unicode. Centrifugo refuses it in channels of clients.
#[tokio::test]
async fn a_name_that_only_looks_the_same_matches_no_pattern() {
    let stage = Stage::start(App::empty().handlers(handlers![shared::connect, order, look_alike])).await;
    let mut client = stage.connected(Value::Null).await;
    assert_eq!(client.rpc("by.ann", Value::Null).await, Ok(json!("ann")));
    // A Cyrillic letter, a wide one, one with an accent of its own, one that can't be seen, and other dots.
    for method in
        ["by.\u{430}nn", "by.\u{ff41}nn", "by.a\u{301}nn", "by.ann\u{200b}", "by\u{2024}ann", "by\u{ff0e}ann", "BY.ann"]
    {
        assert_eq!(client.rpc(method, Value::Null).await, refused(404, "method not found"), "{method}");
    }
    for channel in ["order\u{ff1a}7", "order:\u{ff17}", "order:7\u{200b}"] {
        assert_eq!(client.subscribe(channel).await["code"], 107, "{channel}");
    }
    stage.stop().await;
}
