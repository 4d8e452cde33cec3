use std::time::Duration;

use super::super::{HistoryPage, HistoryQuery, Hub, NewPublication, Position};
use super::support::{CHANNEL, Client, data, history, hub, pass, plain, recoverable, recovering, short};
use crate::codec::ErrorCode;
use crate::config::options::Namespace;

/// A channel with the publications 1 to 5, of which the first one is dropped.
fn filled() -> (Hub, Namespace) {
    let (hub, namespace) = (hub(), history(4));
    for text in 1..=5 {
        hub.publish(CHANNEL, &namespace, data(text.to_string()));
    }
    (hub, namespace)
}

fn page(hub: &Hub, namespace: &Namespace, query: &HistoryQuery) -> HistoryPage {
    hub.history(CHANNEL, namespace, query).unwrap()
}

fn all() -> HistoryQuery {
    HistoryQuery::default()
}

fn since(offset: u64) -> HistoryQuery {
    HistoryQuery { since: Some(Position { offset, epoch: String::new() }), ..all() }
}

fn before(offset: u64) -> HistoryQuery {
    HistoryQuery { reverse: true, ..since(offset) }
}

fn offsets(hub: &Hub, namespace: &Namespace, query: &HistoryQuery) -> Vec<u64> {
    let read = page(hub, namespace, query).publications.into_iter().map(short);
    read.map(|(offset, data)| offset * u64::from(data == offset.to_string())).collect()
}

#[test]
fn history_is_read_from_both_ends_and_from_a_position() {
    let (hub, namespace) = filled();
    let limit = |limit, query| HistoryQuery { limit: Some(limit), ..query };
    let reverse = || HistoryQuery { reverse: true, ..all() };
    let cases: [(HistoryQuery, &[u64]); 14] = [
        (all(), &[2, 3, 4, 5]),
        (limit(2, all()), &[2, 3]),
        (limit(0, all()), &[]),
        (reverse(), &[5, 4, 3, 2]),
        (limit(1, reverse()), &[5]),
        (since(0), &[2, 3, 4, 5]),
        (since(3), &[4, 5]),
        (limit(1, since(3)), &[4]),
        (since(5), &[]),
        (since(u64::MAX - 1), &[]),
        (before(4), &[3, 2]),
        (before(2), &[]),
        (before(6), &[5, 4, 3, 2]),
        (before(7), &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(offsets(&hub, &namespace, &query), expected, "{query:?}");
    }
    assert!(offsets(&hub, &namespace, &before(u64::MAX)).is_empty());
    assert_eq!(page(&hub, &namespace, &all()).position.offset, 5);
}

#[test]
fn history_of_another_epoch_or_from_before_all_is_refused() {
    let (hub, namespace) = filled();
    let mut query = since(3);
    query.since.as_mut().unwrap().epoch = "another".to_owned();
    assert_eq!(hub.history(CHANNEL, &namespace, &query), Err(ErrorCode::UNRECOVERABLE_POSITION));
    assert_eq!(hub.history(CHANNEL, &namespace, &before(0)), Err(ErrorCode::BAD_REQUEST));
}

#[test]
fn an_unknown_channel_has_an_epoch_and_keeps_it() {
    let (hub, namespace) = (hub(), history(5));
    let first = page(&hub, &namespace, &all());
    assert!(first.publications.is_empty() && first.position.offset == 0);
    assert!(first.position.epoch.len() == 8 && first.position.epoch.bytes().all(|byte| byte.is_ascii_alphabetic()));
    assert_eq!(hub.publish(CHANNEL, &namespace, data("1")).epoch, first.position.epoch);
}

#[test]
fn streams_that_nobody_has_published_to_cost_nothing_and_keep_their_epoch() {
    let (hub, namespace) = (hub(), history(5));
    let client = Client::joined(&hub, "ann");
    let epoch = page(&hub, &namespace, &all()).position.epoch;
    assert_ne!(hub.history("another", &namespace, &all()).unwrap().position.epoch, epoch);
    assert_eq!(client.subscribe(&hub, CHANNEL, &namespace, recoverable()).unwrap().epoch, epoch);
    client.gone(&hub, &[CHANNEL]);
    assert_eq!(hub.entries(), 0);
    let client = Client::joined(&hub, "ann");
    hub.publish(CHANNEL, &namespace, data("1"));
    let recovered = client.subscribe(&hub, CHANNEL, &namespace, recovering(0, &epoch)).unwrap();
    assert!(recovered.recovered && recovered.publications.len() == 1, "{recovered:?}");
}

#[tokio::test(start_paused = true)]
async fn a_position_of_a_stream_that_has_expired_fits_no_later_one() {
    let (hub, namespace) = (hub(), history(5));
    let mut epochs = std::collections::HashSet::new();
    for _ in 0..10 {
        assert!(epochs.insert(hub.publish(CHANNEL, &namespace, data("1")).epoch), "an epoch returns");
        pass(31).await;
        hub.sweep();
        assert_eq!(hub.entries(), 0);
        let blank = page(&hub, &namespace, &all()).position;
        assert_eq!(hub.publish(CHANNEL, &namespace, data("1")).epoch, blank.epoch);
        assert!(epochs.insert(blank.epoch), "an epoch returns");
        pass(30).await;
    }
}

#[test]
fn only_the_first_publication_carries_the_epoch() {
    let (hub, namespace) = (hub(), history(5));
    let epoch = hub.publish(CHANNEL, &namespace, data("1")).epoch;
    hub.publish(CHANNEL, &namespace, data("2"));
    let read = page(&hub, &namespace, &all()).publications;
    assert_eq!((&*read[0].epoch, &*read[1].epoch), (&*epoch, ""));
}

#[test]
fn a_kept_publication_has_all_of_its_fields() {
    let (hub, namespace) = (hub(), history(5));
    let client = Client::joined(&hub, "ann");
    let new = NewPublication {
        info: Some(hub.info(CHANNEL, &client.member)),
        tags: [("a".to_owned(), "b".to_owned())].into(),
        version: 7,
        ..data("1")
    };
    hub.publish(CHANNEL, &namespace, new.clone());
    let read = page(&hub, &namespace, &all()).publications.remove(0);
    assert_eq!((read.info, read.tags, read.version, read.data), (new.info, new.tags, 7, new.data));
}

#[tokio::test(start_paused = true)]
async fn publications_expire_together_and_the_position_stays() {
    let (hub, namespace) = (hub(), history(5));
    let epoch = hub.publish(CHANNEL, &namespace, data("1")).epoch;
    pass(9).await;
    hub.publish(CHANNEL, &namespace, data("2"));
    pass(9).await;
    assert_eq!(page(&hub, &namespace, &all()).publications.len(), 2);
    pass(1).await;
    let expired = page(&hub, &namespace, &all());
    assert_eq!((expired.publications.len(), expired.position), (0, Position { offset: 2, epoch }));
    assert_eq!(hub.publish(CHANNEL, &namespace, data("3")).offset, 3);
}

#[test]
fn removed_history_leaves_the_position() {
    let (hub, namespace) = filled();
    hub.history_remove(CHANNEL);
    hub.history_remove("unknown");
    let removed = page(&hub, &namespace, &all());
    assert_eq!((removed.publications.len(), removed.position.offset), (0, 5));
    assert_eq!(hub.publish(CHANNEL, &namespace, data("6")).offset, 6);
    assert_eq!(offsets(&hub, &namespace, &all()), [6]);
}

#[tokio::test(start_paused = true)]
async fn a_position_lives_on_with_each_look_at_it() {
    let (hub, namespace) = (hub(), history(5));
    let epoch = hub.publish(CHANNEL, &namespace, data("1")).epoch;
    pass(29).await;
    assert_eq!(page(&hub, &namespace, &all()).position.epoch, epoch);
    pass(29).await;
    assert_eq!(page(&hub, &namespace, &all()).position.epoch, epoch);
    pass(30).await;
    let begun_anew = hub.publish(CHANNEL, &namespace, data("1"));
    assert!(begun_anew.offset == 1 && begun_anew.epoch != epoch);
}

#[tokio::test(start_paused = true)]
async fn a_position_that_a_connection_checks_stays() {
    let (hub, namespace) = (hub(), history(5));
    let (client, stranger) = (Client::joined(&hub, "ann"), Client::joined(&hub, "bob"));
    let epoch = client.subscribe(&hub, CHANNEL, &namespace, recoverable()).unwrap().epoch;
    for _ in 0..3 {
        pass(29).await;
        assert!(hub.check_position(CHANNEL, &client.member, namespace.history_meta_ttl));
    }
    assert_eq!(hub.publish(CHANNEL, &namespace, data("1")), Position { offset: 1, epoch: epoch.clone() });
    pass(29).await;
    assert!(hub.check_position(CHANNEL, &stranger.member, namespace.history_meta_ttl), "nothing to lose");
    pass(1).await;
    assert_ne!(page(&hub, &namespace, &all()).position.epoch, epoch);
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_whose_position_is_gone_receives_no_publication_of_the_next_stream() {
    let (hub, namespace) = (hub(), history(5));
    let (ann, bob) = (Client::joined(&hub, "ann"), Client::joined(&hub, "bob"));
    ann.subscribe(&hub, CHANNEL, &namespace, recoverable()).unwrap();
    bob.subscribe(&hub, CHANNEL, &namespace, plain()).unwrap();
    pass(30).await;
    hub.publish(CHANNEL, &namespace, data("1"));
    hub.publish(CHANNEL, &namespace, NewPublication { skip_history: true, ..data("unkept") });
    assert!(hub.has_lost_position(CHANNEL, &ann.member) && !hub.has_lost_position(CHANNEL, &bob.member));
    assert!(!hub.check_position(CHANNEL, &ann.member, namespace.history_meta_ttl));
    assert_eq!((ann.received().len(), bob.received().len()), (2, 3), "the reply and what has no position");
    ann.subscribe(&hub, CHANNEL, &namespace, recoverable()).unwrap();
    hub.publish(CHANNEL, &namespace, data("2"));
    assert_eq!(ann.received().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_position_is_not_forgotten_earlier_by_a_look_that_keeps_it_shorter() {
    let (hub, namespace) = (hub(), history(5));
    let long = HistoryQuery { meta_ttl: Some(Duration::from_secs(100)), ..all() };
    let epoch = hub.publish(CHANNEL, &namespace, data("1")).epoch;
    assert_eq!(page(&hub, &namespace, &long).position.epoch, epoch);
    pass(99).await;
    hub.sweep();
    assert_eq!(hub.publish(CHANNEL, &namespace, data("2")).epoch, epoch);
    pass(29).await;
    assert_eq!(page(&hub, &namespace, &all()).position.epoch, epoch);
}

#[tokio::test(start_paused = true)]
async fn the_sweep_drops_what_is_due() {
    let (hub, namespace) = (hub(), history(5));
    let client = Client::joined(&hub, "ann");
    client.subscribe(&hub, "plain", &Namespace::default(), plain()).unwrap();
    client.subscribe(&hub, CHANNEL, &namespace, recoverable()).unwrap();
    for channel in ["a", "b", "c"] {
        hub.publish(channel, &namespace, data("1"));
    }
    hub.publish("keyed", &Namespace::default(), NewPublication { idempotency_key: Some("key".into()), ..data("1") });
    client.gone(&hub, &["plain", CHANNEL]);
    pass(31).await;
    hub.sweep();
    assert_eq!(hub.channel_names(), ["keyed"]);
    pass(300).await;
    hub.sweep();
    assert_eq!(hub.entries(), 0);
}

#[tokio::test(start_paused = true)]
async fn positions_without_meta_ttl_stay() {
    let (hub, namespace) = (hub(), Namespace { history_meta_ttl: Duration::ZERO, ..history(5) });
    hub.publish(CHANNEL, &namespace, data("1"));
    pass(1_000_000).await;
    hub.sweep();
    assert_eq!(page(&hub, &namespace, &all()).position.offset, 1);
}

#[test]
fn a_ttl_that_no_clock_reaches_never_ends() {
    let endless = Namespace { history_ttl: Duration::MAX, history_meta_ttl: Duration::MAX, ..history(5) };
    let hub = hub();
    hub.publish(CHANNEL, &endless, data("1"));
    hub.sweep();
    assert_eq!(page(&hub, &endless, &all()).publications.len(), 1);
}
