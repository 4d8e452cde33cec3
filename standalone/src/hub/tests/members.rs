use std::sync::Arc;

use super::super::{Hub, Limits, Order, ServerRefresh, Stats, TooManyConnections};
use super::support::{CHANNEL, Client, hub, plain};
use crate::codec::ErrorCode;
use crate::config::options::Namespace;

fn limited(limit: usize) -> Hub {
    Hub::new(Limits { connection_limit: Some(3), user_connection_limit: Some(limit), recovery_max_publication_limit: 300 })
}

#[test]
fn a_user_has_as_many_connections_as_the_limit_allows() {
    let hub = limited(2);
    let clients = ["a", "b", "c"].map(|id| Client::new(id, "ann"));
    assert_eq!(hub.join(&clients[0].member), Ok(()));
    assert_eq!(hub.join(&clients[1].member), Ok(()));
    assert_eq!(hub.join(&clients[2].member), Err(TooManyConnections::OfUser));
    hub.leave(&clients[0].member);
    assert_eq!(hub.join(&clients[2].member), Ok(()));
}

#[test]
fn anonymous_connections_have_no_limit() {
    let hub = limited(1);
    for id in ["a", "b"] {
        assert_eq!(hub.join(&Client::new(id, "").member), Ok(()));
    }
}

#[test]
fn there_are_as_many_connections_as_the_limit_allows_whosever_they_are() {
    let hub = limited(2);
    let clients = ["a", "b", "c", "d"].map(|id| Client::new(id, if id == "a" { "" } else { id }));
    assert!(clients[..3].iter().all(|client| hub.join(&client.member).is_ok()));
    assert_eq!(hub.join(&clients[3].member), Err(TooManyConnections::InAll));
    hub.leave(&clients[0].member);
    assert_eq!(hub.join(&clients[3].member), Ok(()));
}

#[test]
fn members_are_found_by_user() {
    let hub = hub();
    let clients = ["a", "b"].map(|id| Client::new(id, "ann"));
    clients.iter().for_each(|client| hub.join(&client.member).unwrap());
    assert_eq!((hub.members_of("ann").len(), hub.members_of("bob").len()), (2, 0));
    let count = |clients, users| Stats { clients, users, ..Stats::default() };
    assert_eq!(hub.stats(), count(2, 1));
    hub.leave(&clients[0].member);
    assert!(Arc::ptr_eq(&hub.members_of("ann")[0], &clients[1].member));
    hub.leave(&clients[1].member);
    assert_eq!((hub.stats(), hub.members_of("ann").len()), (count(0, 0), 0));
}

#[test]
fn a_member_that_has_left_subscribes_no_more() {
    let hub = hub();
    let client = Client::joined(&hub, "a");
    hub.leave(&client.member);
    let refused = client.subscribe(&hub, CHANNEL, &Namespace::default(), plain());
    assert_eq!(refused, Err(ErrorCode::INTERNAL));
    assert_eq!(hub.entries(), 0);
}

#[test]
fn an_order_for_an_owner_that_is_gone_is_refused() {
    let client = Client::new("a", "ann");
    let (done, _) = tokio::sync::oneshot::channel();
    assert!(!client.member.order(Order::Refresh { refresh: ServerRefresh::default(), done }));
}
