use super::super::{Filter, Hub, Limits, NewPublication, Position, Recover, Subscription};
use super::support::{CHANNEL, Client, data, history, hub, pass, plain, recoverable, recovering, short};
use crate::codec::ErrorCode;
use crate::config::options::{Namespace, RecoveryMode};
use crate::proto::client::{FilterNode, SubscribeResult};

/// A channel with the publications 1 to 5, and its epoch.
fn filled(namespace: &Namespace) -> (Hub, String) {
    let hub = hub();
    for text in 1..=5 {
        hub.publish(CHANNEL, namespace, data(text.to_string()));
    }
    let epoch = subscribe(&hub, namespace, recoverable()).epoch;
    (hub, epoch)
}

fn subscribe(hub: &Hub, namespace: &Namespace, subscription: Subscription) -> SubscribeResult {
    Client::joined(hub, "ann").subscribe(hub, CHANNEL, namespace, subscription).unwrap()
}

fn offsets(result: &SubscribeResult) -> Vec<u64> {
    result.publications.iter().cloned().map(|publication| short(publication).0).collect()
}

fn cache() -> Namespace {
    Namespace { recovery_mode: RecoveryMode::Cache, ..history(3) }
}

#[test]
fn a_plain_subscription_has_no_position_and_a_positioned_one_has() {
    let (hub, epoch) = filled(&history(3));
    assert_eq!(subscribe(&hub, &history(3), plain()), SubscribeResult::default());
    let positioned = subscribe(&hub, &history(3), Subscription { positioned: true, ..plain() });
    let expected = SubscribeResult { positioned: true, offset: 5, epoch: epoch.clone(), ..SubscribeResult::default() };
    assert_eq!(positioned, expected);
    assert_eq!(subscribe(&hub, &history(3), recoverable()), SubscribeResult { recoverable: true, ..expected });
}

#[test]
fn a_complete_gap_is_recovered_and_an_incomplete_one_never_in_part() {
    let (hub, epoch) = filled(&history(3));
    let cases: [(u64, &str, Option<&[u64]>); 9] = [
        (2, &epoch, Some(&[3, 4, 5])),
        (4, &epoch, Some(&[5])),
        (4, "", Some(&[5])),
        (5, &epoch, Some(&[])),
        (5, "", Some(&[])),
        (1, &epoch, None),
        (0, &epoch, None),
        (6, &epoch, None),
        (4, "another", None),
    ];
    for (offset, epoch, expected) in cases {
        let result = subscribe(&hub, &history(3), recovering(offset, epoch));
        assert!(result.was_recovering && result.positioned && result.recoverable);
        assert_eq!(result.recovered, expected.is_some(), "{offset} {epoch}");
        assert_eq!(offsets(&result), expected.unwrap_or_default(), "{offset} {epoch}");
        assert_eq!(result.offset, if expected.is_some() { offset } else { 5 }, "{offset} {epoch}");
    }
}

#[test]
fn everything_is_recovered_from_the_start() {
    let (hub, _) = filled(&history(5));
    assert_eq!(offsets(&subscribe(&hub, &history(5), recovering(0, ""))), [1, 2, 3, 4, 5]);
}

#[test]
fn more_than_the_limit_is_not_recovered() {
    let limited =
        Hub::new(Limits { connection_limit: None, user_connection_limit: None, recovery_max_publication_limit: 3 });
    for text in 1..=5 {
        limited.publish(CHANNEL, &history(10), data(text.to_string()));
    }
    assert_eq!(offsets(&subscribe(&limited, &history(10), recovering(2, ""))), [3, 4, 5]);
    let refused = subscribe(&limited, &history(10), recovering(1, ""));
    assert!(!refused.recovered && refused.publications.is_empty() && refused.offset == 5);
}

#[test]
fn a_client_that_rejects_an_incomplete_recovery_gets_112_and_no_subscription() {
    let (hub, epoch) = filled(&history(3));
    let client = Client::joined(&hub, "strict");
    let strict = |offset, epoch: &str| {
        let subscription = recovering(offset, epoch);
        Subscription { recover: Recover { reject_unrecovered: true, ..subscription.recover }, ..subscription }
    };
    for (offset, epoch) in [(1, &*epoch), (4, "another"), (9, "")] {
        let refused = client.subscribe(&hub, CHANNEL, &history(3), strict(offset, epoch));
        assert_eq!(refused, Err(ErrorCode::UNRECOVERABLE_POSITION));
        assert!(!hub.unsubscribe(CHANNEL, &client.member));
    }
    assert!(client.subscribe(&hub, CHANNEL, &history(3), strict(3, &epoch)).unwrap().recovered);
    assert!(client.subscribe(&hub, CHANNEL, &cache(), strict(9, "another")).is_ok(), "a cache rejects nothing");
}

#[test]
fn a_request_to_recover_what_is_not_recoverable_is_noted_and_recovers_nothing() {
    let (hub, epoch) = filled(&history(3));
    let positioned = Subscription { recoverable: false, positioned: true, ..recovering(4, &epoch) };
    let result = subscribe(&hub, &history(3), positioned);
    assert!(result.was_recovering && !result.recovered && result.publications.is_empty() && result.offset == 5);
    let neither = Subscription { recoverable: false, ..recovering(4, &epoch) };
    assert_eq!(
        subscribe(&hub, &history(3), neither),
        SubscribeResult { was_recovering: true, ..SubscribeResult::default() }
    );
}

#[tokio::test(start_paused = true)]
async fn the_top_is_recovered_after_the_history_has_expired() {
    let (hub, epoch) = filled(&history(3));
    pass(11).await;
    assert!(subscribe(&hub, &history(3), recovering(5, &epoch)).recovered);
    assert!(!subscribe(&hub, &history(3), recovering(4, &epoch)).recovered);
}

#[test]
fn a_cache_sends_the_latest_publication_unless_the_client_has_it() {
    let (hub, epoch) = filled(&cache());
    let cases: [(u64, &str, &[u64]); 4] = [(5, &epoch, &[]), (5, "", &[5]), (0, "", &[5]), (3, "another", &[5])];
    for (offset, epoch, expected) in cases {
        let result = subscribe(&hub, &cache(), recovering(offset, epoch));
        assert!(result.recovered && result.was_recovering && result.offset == offset);
        assert_eq!(offsets(&result), expected, "{offset} {epoch}");
    }
}

#[test]
fn an_empty_cache_recovers_nothing() {
    let result = subscribe(&hub(), &cache(), recovering(0, ""));
    assert!(!result.recovered && result.was_recovering && result.offset == 0);
}

#[test]
fn an_automatic_cache_recovers_unasked_but_an_automatic_stream_does_not() {
    let automatic = |recoverable| Subscription { auto_cache_recover: true, recoverable, ..Subscription::default() };
    let (hub, _) = filled(&cache());
    let result = subscribe(&hub, &cache(), automatic(true));
    assert!(result.recovered && result.was_recovering && offsets(&result) == [5]);
    for (namespace, recoverable) in [(history(3), true), (cache(), false)] {
        let (hub, _) = filled(&namespace);
        let result = subscribe(&hub, &namespace, automatic(recoverable));
        assert!(!result.recovered && !result.was_recovering && offsets(&result).is_empty());
    }
}

#[test]
fn an_automatic_cache_sends_nothing_to_a_client_that_has_the_latest_publication() {
    let (hub, epoch) = filled(&cache());
    for (offset, expected) in [(5, &[][..]), (4, &[5])] {
        let recover = Recover { since: Position { offset, epoch: epoch.clone() }, ..Recover::default() };
        let result = subscribe(&hub, &cache(), Subscription { recover, auto_cache_recover: true, ..recoverable() });
        assert!(result.recovered && result.offset == offset);
        assert_eq!(offsets(&result), expected);
    }
}

#[test]
fn a_filter_applies_to_what_is_recovered() {
    let hub = hub();
    for (text, lang) in [("1", "en"), ("2", "de"), ("3", "en"), ("4", "de")] {
        let tags = [("lang".to_owned(), lang.to_owned())].into();
        hub.publish(CHANNEL, &history(9), NewPublication { tags, ..data(text) });
    }
    let node = FilterNode { key: "lang".into(), cmp: "eq".into(), val: "en".into(), ..FilterNode::default() };
    let filtered = |offset| {
        let tags_filter = Some(Filter::new(node.clone()).unwrap());
        Subscription { tags_filter, ..recovering(offset, "") }
    };
    let result = subscribe(&hub, &history(9), filtered(1));
    assert!(result.recovered && offsets(&result) == [3]);
    assert_eq!(offsets(&subscribe(&hub, &cache(), filtered(0))), [3]);
}

#[test]
fn data_and_expiry_are_in_the_result() {
    let subscription = Subscription { data: "1".into(), ttl: Some(9), ..plain() };
    let result = subscribe(&hub(), &Namespace::default(), subscription);
    assert_eq!(result, SubscribeResult { data: "1".into(), expires: true, ttl: 9, ..SubscribeResult::default() });
}
