use bytes::Bytes;

use super::super::Subscription;
use super::support::{CHANNEL, Client, Received, hub, plain, subscribed, with_joins};
use crate::config::options::Namespace;

fn join(id: &str) -> Received {
    Received::Join(id.to_owned())
}

fn leave(id: &str) -> Received {
    Received::Leave(id.to_owned())
}

#[test]
fn a_join_is_after_the_reply_and_a_leave_is_for_the_others() {
    let (hub, namespace) = (hub(), Namespace::default());
    let (ann, bob) = (Client::joined(&hub, "ann"), Client::joined(&hub, "bob"));
    ann.subscribe(&hub, CHANNEL, &namespace, with_joins()).unwrap();
    bob.subscribe(&hub, CHANNEL, &namespace, with_joins()).unwrap();
    assert!(hub.unsubscribe(CHANNEL, &bob.member));
    assert!(!hub.unsubscribe(CHANNEL, &bob.member));
    assert_eq!(ann.received(), [subscribed(), join("ann"), join("bob"), leave("bob")]);
    assert_eq!(bob.received(), [subscribed(), join("bob")]);
}

#[test]
fn only_those_who_asked_for_it_see_joins_of_those_who_show_them() {
    let (hub, namespace) = (hub(), Namespace::default());
    let (seer, quiet, blind) = (Client::joined(&hub, "seer"), Client::joined(&hub, "quiet"), Client::joined(&hub, "blind"));
    let sees = Subscription { push_join_leave: true, ..plain() };
    seer.subscribe(&hub, CHANNEL, &namespace, sees).unwrap();
    quiet.subscribe(&hub, CHANNEL, &namespace, plain()).unwrap();
    blind.subscribe(&hub, CHANNEL, &namespace, Subscription { join_leave: true, ..plain() }).unwrap();
    assert_eq!(seer.received(), [subscribed(), join("blind")]);
    assert_eq!((quiet.received(), blind.received()), (vec![subscribed()], vec![subscribed()]));
}

#[test]
fn presence_shows_clients_and_users_with_their_infos() {
    let (hub, namespace) = (hub(), Namespace::default());
    let clients = [("a", "ann"), ("b", "ann"), ("c", "")].map(|(id, user)| Client::new(id, user));
    for client in &clients {
        let subscription = Subscription { chan_info: Bytes::from("chan"), presence: true, ..plain() };
        client.subscribe(&hub, CHANNEL, &namespace, subscription).unwrap();
    }
    Client::new("hidden", "eve").subscribe(&hub, CHANNEL, &namespace, plain()).unwrap();
    assert_eq!(hub.presence_stats(CHANNEL), (3, 2));
    clients[0].member.set_conn_info(b"conn");
    let info = hub.presence(CHANNEL).remove("a").unwrap();
    assert_eq!((&*info.user, &*info.client), ("ann", "a"));
    assert_eq!((&*info.conn_info, &*info.chan_info), (&b"conn"[..], &b"chan"[..]));
    hub.set_chan_info(CHANNEL, &clients[0].member, b"");
    assert_eq!(hub.info(CHANNEL, &clients[0].member).chan_info, Bytes::new());
    hub.unsubscribe(CHANNEL, &clients[0].member);
    assert_eq!((hub.presence_stats(CHANNEL), hub.presence_stats("unknown")), ((2, 2), (0, 0)));
}

#[test]
fn presence_shows_what_it_keeps_until_its_update() {
    let (hub, namespace, client) = (hub(), Namespace::default(), Client::new("a", "ann"));
    let wish = Subscription { chan_info: Bytes::from("chan"), presence: true, ..plain() };
    client.subscribe(&hub, CHANNEL, &namespace, wish.clone()).unwrap();
    let present = || hub.presence(CHANNEL).remove("a").map(|info| (info.conn_info, info.chan_info)).unwrap();
    hub.keep_presence(CHANNEL, &client.member);
    client.member.set_conn_info(b"conn");
    hub.set_chan_info(CHANNEL, &client.member, b"");
    assert_eq!(present(), (Bytes::new(), Bytes::from("chan")));
    assert_eq!(hub.info(CHANNEL, &client.member).conn_info, Bytes::from("conn"));
    hub.update_presence(CHANNEL, &client.member);
    assert_eq!(present(), (Bytes::from("conn"), Bytes::new()));
    hub.keep_presence(CHANNEL, &client.member);
    client.member.set_conn_info(b"later");
    client.subscribe(&hub, CHANNEL, &namespace, wish).unwrap();
    assert_eq!(present(), (Bytes::from("later"), Bytes::from("chan")));
}

#[test]
fn a_subscription_replaces_the_one_before() {
    let (hub, namespace) = (hub(), Namespace::default());
    let client = Client::joined(&hub, "ann");
    client.subscribe(&hub, CHANNEL, &namespace, with_joins()).unwrap();
    client.subscribe(&hub, CHANNEL, &namespace, Subscription { positioned: true, ..plain() }).unwrap();
    assert_eq!((hub.stats().subscriptions, hub.presence_stats(CHANNEL)), (1, (0, 0)));
    assert!(hub.unsubscribe(CHANNEL, &client.member));
    assert_eq!(hub.stats().subscriptions, 0);
}

#[test]
fn channels_with_subscribers_are_listed_by_pattern() {
    let (hub, namespace) = (hub(), super::support::history(1));
    let client = Client::joined(&hub, "ann");
    for channel in ["chat:a", "chat:b", "news"] {
        client.subscribe(&hub, channel, &namespace, plain()).unwrap();
    }
    hub.publish("chat:empty", &namespace, super::support::data("1"));
    let names = |pattern| hub.channels(pattern).unwrap().into_keys().collect::<Vec<_>>();
    assert_eq!(names("chat:*"), ["chat:a", "chat:b"]);
    assert_eq!(names(""), ["chat:a", "chat:b", "news"]);
    assert_eq!(hub.channels("news").unwrap()["news"], 1);
    assert!(hub.channels("[").is_err());
}
