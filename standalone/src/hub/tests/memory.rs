//! What stays of members, subscriptions and channels.

use std::mem::size_of;

use super::super::channel::{Channel, Subscriber};
use super::support::{Client, data, history, hub, plain, recoverable, with_joins};
use crate::config::options::Namespace;

#[test]
fn a_subscriber_and_a_channel_take_few_bytes() {
    assert!(size_of::<Subscriber>() <= 24);
    assert!(size_of::<Channel>() <= 136, "{}", size_of::<Channel>());
}

#[test]
fn nothing_stays_of_members_that_have_gone() {
    let hub = hub();
    let channels: Vec<String> = (0..50).map(|number| format!("channel {number}")).collect();
    let names: Vec<&str> = channels.iter().map(String::as_str).collect();
    let clients: Vec<Client> = (0..100).map(|number| Client::joined(&hub, &number.to_string())).collect();
    for client in &clients {
        for channel in &names {
            client.subscribe(&hub, channel, &Namespace::default(), with_joins()).unwrap();
        }
    }
    let entries = hub.stats();
    assert_eq!((entries.clients, entries.channels, entries.subscriptions), (100, 50, 5000));
    clients.into_iter().for_each(|client| client.gone(&hub, &names));
    assert_eq!((hub.entries(), hub.stats()), (0, super::super::Stats::default()));
}

#[tokio::test(start_paused = true)]
async fn a_channel_is_in_the_timetable_once_however_often_it_changes() {
    let (hub, namespace) = (hub(), history(3));
    for second in 0..200u64 {
        let client = Client::joined(&hub, "ann");
        client.subscribe(&hub, "news", &namespace, recoverable()).unwrap();
        hub.publish("news", &namespace, data("1"));
        client.subscribe(&hub, "plain", &Namespace::default(), plain()).unwrap();
        super::support::pass(second % 13).await;
        client.gone(&hub, &["news", "plain"]);
        hub.sweep();
        assert_eq!(hub.entries(), 2, "the channel and its time");
    }
    super::support::pass(31).await;
    hub.sweep();
    assert_eq!(hub.entries(), 0);
}
