use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use bytes::Bytes;

use super::super::{Filter, NewPublication, Published, Subscription};
use super::support::{CHANNEL, Client, Received, data, history, hub, pass, plain, publication, subscribed, with_joins};
use crate::codec::{Close, Format};
use crate::config::options::Namespace;
use crate::proto::client::{FilterNode, Publication};

fn keyed(text: &str, key: &str) -> NewPublication {
    NewPublication { idempotency_key: Some(key.to_owned()), ..data(text) }
}

fn versioned(text: &str, version: u64, version_epoch: &str) -> NewPublication {
    NewPublication { version, version_epoch: version_epoch.to_owned(), ..data(text) }
}

#[test]
fn a_publisher_receives_its_own_push_before_its_reply() {
    let (hub, namespace) = (hub(), Namespace::default());
    let client = Client::joined(&hub, "ann");
    client.subscribe(&hub, CHANNEL, &namespace, plain()).unwrap();
    hub.publish(CHANNEL, &namespace, data("1"));
    client.reply();
    assert_eq!(client.received(), [subscribed(), publication(0, "1"), Received::Reply]);
}

#[test]
fn without_history_there_is_no_position() {
    let hub = hub();
    assert_eq!(hub.publish(CHANNEL, &Namespace::default(), data("1")), Published::default());
    let skips = NewPublication { skip_history: true, ..data("1") };
    assert_eq!(hub.publish(CHANNEL, &history(5), skips), Published::default());
    assert_eq!(hub.entries(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_repeated_key_publishes_nothing_for_300_seconds() {
    let ttl = Duration::from_secs(1000);
    let (hub, namespace) = (hub(), Namespace { history_ttl: ttl, history_meta_ttl: ttl, ..history(5) });
    let first = hub.publish(CHANNEL, &namespace, keyed("1", "key"));
    pass(299).await;
    assert_eq!(hub.publish(CHANNEL, &namespace, keyed("2", "key")), first);
    assert_eq!(hub.publish(CHANNEL, &namespace, keyed("3", "other")).offset, 2);
    assert_eq!(hub.publish("elsewhere", &namespace, keyed("4", "key")).offset, 1);
    pass(1).await;
    assert_eq!(hub.publish(CHANNEL, &namespace, keyed("5", "key")).offset, 3);
}

#[tokio::test(start_paused = true)]
async fn an_idempotency_key_works_without_history() {
    let (hub, namespace) = (hub(), Namespace::default());
    let client = Client::joined(&hub, "ann");
    client.subscribe(&hub, CHANNEL, &namespace, plain()).unwrap();
    for text in ["1", "2"] {
        hub.publish(CHANNEL, &namespace, keyed(text, "key"));
    }
    assert_eq!(client.received(), [subscribed(), publication(0, "1")]);
}

#[test]
fn a_version_not_above_the_last_one_is_dropped() {
    let (hub, namespace) = (hub(), history(10));
    let client = Client::joined(&hub, "ann");
    client.subscribe(&hub, CHANNEL, &namespace, plain()).unwrap();
    let publish = |new| hub.publish(CHANNEL, &namespace, new).offset;
    assert_eq!(publish(versioned("1", 5, "a")), 1);
    assert_eq!(publish(versioned("old", 5, "a")), 1);
    assert_eq!(publish(versioned("old", 4, "")), 1);
    assert_eq!(publish(versioned("2", 1, "b")), 2);
    assert_eq!(publish(data("3")), 3);
    assert_eq!(publish(versioned("4", 1, "")), 4);
    let texts = client.received().len();
    assert_eq!(texts, 5);
}

#[test]
fn a_filter_selects_publications_by_tags() {
    let (hub, namespace) = (hub(), history(10));
    let client = Client::joined(&hub, "ann");
    let node = FilterNode { key: "lang".into(), cmp: "eq".into(), val: "en".into(), ..FilterNode::default() };
    let subscription = Subscription { tags_filter: Some(Filter::new(node).unwrap()), recoverable: true, ..plain() };
    client.subscribe(&hub, CHANNEL, &namespace, subscription).unwrap();
    let tagged = |text: &str, lang: &str| {
        let tags = HashMap::from([("lang".to_owned(), lang.to_owned())]);
        NewPublication { tags, ..data(text) }
    };
    hub.publish(CHANNEL, &namespace, tagged("1", "en"));
    hub.publish(CHANNEL, &namespace, tagged("2", "de"));
    hub.publish(CHANNEL, &namespace, data("3"));
    hub.publish(CHANNEL, &namespace, tagged("4", "en"));
    assert_eq!(client.received(), [subscribed(), publication(1, "1"), publication(4, "4")]);
}

#[test]
fn a_publication_to_one_member_reaches_no_other() {
    let (hub, namespace) = (hub(), Namespace::default());
    let (ann, bob) = (Client::joined(&hub, "ann"), Client::joined(&hub, "bob"));
    for client in [&ann, &bob] {
        client.subscribe(&hub, CHANNEL, &namespace, plain()).unwrap();
        client.received();
    }
    let own = Publication { data: Bytes::from("1"), ..Publication::default() };
    assert!(hub.deliver(CHANNEL, &ann.member, own.clone(), || true));
    assert!(!hub.deliver(CHANNEL, &ann.member, own.clone(), || false), "it is for an earlier subscription");
    assert!(!hub.deliver("elsewhere", &ann.member, own, || true));
    assert_eq!((ann.received(), bob.received()), (vec![publication(0, "1")], vec![]));
}

#[test]
fn a_payload_that_is_no_json_ends_the_connections_with_json_alone() {
    let (hub, namespace) = (hub(), Namespace::default());
    let (json, protobuf) = (Client::with_format("a", "", Format::Json), Client::joined(&hub, "b"));
    for client in [&json, &protobuf] {
        hub.subscribe(CHANNEL, &namespace, &client.member, plain(), |_| ()).unwrap();
    }
    hub.publish(CHANNEL, &namespace, data("no JSON"));
    assert_eq!(json.member.outbox.closing(), Some(Close::INAPPROPRIATE_PROTOCOL));
    assert_eq!(protobuf.received(), [publication(0, "no JSON")]);
}

#[test]
fn a_payload_that_is_no_json_does_not_end_connections_that_would_not_receive_it() {
    let (hub, namespace) = (hub(), Namespace::default());
    let [seer, quiet, filtered] = ["seer", "quiet", "filtered"].map(|id| Client::with_format(id, "", Format::Json));
    let node = FilterNode { key: "lang".into(), cmp: "ex".into(), ..FilterNode::default() };
    let tags_filter = Some(Filter::new(node).unwrap());
    let subscriptions = [
        (&seer, Subscription { push_join_leave: true, ..plain() }),
        (&quiet, plain()),
        (&filtered, Subscription { tags_filter, ..plain() }),
    ];
    for (client, subscription) in subscriptions {
        hub.subscribe(CHANNEL, &namespace, &client.member, subscription, |_| ()).unwrap();
    }
    let states = || [&seer, &quiet, &filtered].map(|client| client.member.outbox.closing().is_some());
    let joins = Subscription { chan_info: Bytes::from("no JSON"), ..with_joins() };
    Client::joined(&hub, "ann").subscribe(&hub, CHANNEL, &namespace, joins).unwrap();
    assert_eq!(states(), [true, false, false]);
    hub.publish(CHANNEL, &namespace, data("no JSON"));
    assert_eq!(states(), [true, true, false]);
}

#[test]
fn a_panic_under_a_lock_spreads_to_nobody() {
    let (hub, namespace) = (hub(), history(5));
    let (ann, bob) = (Client::joined(&hub, "ann"), Client::joined(&hub, "bob"));
    ann.subscribe(&hub, CHANNEL, &namespace, plain()).unwrap();
    let subscribe = || hub.subscribe(CHANNEL, &namespace, &bob.member, plain(), |_| panic!("in a reply"));
    assert!(catch_unwind(AssertUnwindSafe(subscribe)).is_err());
    hub.publish(CHANNEL, &namespace, data("1"));
    assert_eq!(ann.received(), [subscribed(), publication(1, "1")]);
    bob.gone(&hub, &[CHANNEL]);
    assert_eq!(hub.stats().subscriptions, 1);
}

#[test]
fn a_message_is_encoded_once_for_all_clients_of_a_format() {
    let (hub, namespace) = (hub(), Namespace::default());
    let clients = ["a", "b"].map(|id| Client::joined(&hub, id));
    for client in &clients {
        hub.subscribe(CHANNEL, &namespace, &client.member, plain(), |_| ()).unwrap();
    }
    hub.publish(CHANNEL, &namespace, data("1"));
    let [one, other] = clients.map(|client| client.member.outbox.take(1).messages.remove(0));
    assert_eq!(one.as_ptr(), other.as_ptr());
}
