use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::timeout;

use super::super::Outbox;
use super::super::outbox::Taken;
use crate::codec::Close;

fn message(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

fn open() -> Outbox {
    let outbox = Outbox::new(10);
    outbox.release(message("c"));
    outbox.take(1);
    outbox
}

fn taken(messages: &[&'static str], close: Option<Close>) -> Taken {
    Taken { messages: messages.iter().map(|text| message(text)).collect(), close }
}

#[test]
fn nothing_leaves_before_the_connect_reply() {
    let outbox = Outbox::new(10);
    outbox.push(message("a"));
    outbox.push(message("b"));
    assert_eq!(outbox.take(16), Taken::default());
    outbox.release(message("c"));
    assert_eq!(outbox.take(2), taken(&["c", "a"], None));
    assert_eq!(outbox.take(2), taken(&["b"], None));
}

#[test]
fn a_refused_connect_drops_what_was_held() {
    let outbox = Outbox::new(10);
    outbox.push(message("a"));
    outbox.refuse(message("error"));
    assert_eq!(outbox.take(16), taken(&["error"], None));
}

#[test]
fn a_close_before_the_connect_reply_drops_what_was_held() {
    let outbox = Outbox::new(10);
    outbox.push(message("a"));
    outbox.close(Close::BAD_REQUEST);
    outbox.release(message("c"));
    assert_eq!(outbox.take(16), taken(&[], Some(Close::BAD_REQUEST)));
}

#[test]
fn a_close_comes_after_the_messages_that_wait() {
    let outbox = open();
    outbox.push(message("a"));
    outbox.push(message("b"));
    outbox.close(Close::SHUTDOWN);
    outbox.push(message("late"));
    assert_eq!(outbox.take(1), taken(&["a"], None));
    assert_eq!(outbox.take(1), taken(&["b"], Some(Close::SHUTDOWN)));
}

#[test]
fn the_first_close_counts() {
    let outbox = open();
    outbox.close(Close::EXPIRED);
    outbox.close(Close::NORMAL);
    assert_eq!(outbox.closing(), Some(Close::EXPIRED));
}

#[test]
fn a_close_of_a_peer_that_is_gone_drops_the_messages() {
    let outbox = open();
    outbox.push(message("a"));
    outbox.close(Close::NORMAL);
    assert_eq!(outbox.take(16), taken(&[], Some(Close::NORMAL)));
}

#[test]
fn more_bytes_than_the_limit_close_the_connection_as_slow() {
    let outbox = open();
    outbox.push(message("12345"));
    outbox.push(message("67890"));
    assert_eq!(outbox.closing(), None, "exactly the limit is allowed");
    outbox.push(message("1"));
    assert_eq!(outbox.take(16), taken(&[], Some(Close::SLOW)));
}

#[test]
fn messages_before_the_connect_reply_count_for_the_limit() {
    let outbox = Outbox::new(10);
    outbox.push(message("12345678901"));
    assert_eq!(outbox.closing(), Some(Close::SLOW));
}

#[test]
fn messages_that_were_taken_count_no_more() {
    let outbox = open();
    for _ in 0..100 {
        outbox.push(message("123456789"));
        outbox.take(16);
    }
    assert_eq!(outbox.closing(), None);
}

#[tokio::test(start_paused = true)]
async fn the_owner_sleeps_until_there_is_something_to_take() {
    let outbox = Arc::new(Outbox::new(10));
    outbox.push(message("held"));
    assert!(timeout(Duration::from_secs(1), outbox.ready()).await.is_err());
    let owner = tokio::spawn({
        let outbox = Arc::clone(&outbox);
        async move {
            outbox.ready().await;
            outbox.take(1)
        }
    });
    tokio::task::yield_now().await;
    outbox.release(message("c"));
    assert_eq!(owner.await.unwrap(), taken(&["c"], None));
}

#[tokio::test(start_paused = true)]
async fn a_close_wakes_the_owner_also_before_the_connect_reply() {
    let outbox = Outbox::new(10);
    let close = async { outbox.close(Close::STALE) };
    tokio::join!(timeout(Duration::from_secs(1), outbox.ready()), close).0.unwrap();
}

#[test]
fn a_long_message_that_goes_over_the_limit_is_written_before_the_close() {
    let outbox = open();
    outbox.push(message("12345"));
    outbox.push(message("1234567"));
    outbox.push(message("late"));
    assert_eq!(outbox.take(16), taken(&["12345", "1234567"], Some(Close::SLOW)));
    let outbox = Outbox::new(10);
    outbox.push(message("held"));
    outbox.release(message("12345678901"));
    assert_eq!(outbox.take(16), taken(&["12345678901", "held"], Some(Close::SLOW)));
    let slow = open();
    slow.push(message("123456"));
    slow.push(message("1234567"));
    assert_eq!(slow.take(16), taken(&[], Some(Close::SLOW)));
}

#[test]
fn a_queue_is_half_full_until_it_is_taken() {
    let outbox = open();
    outbox.push(message("12345"));
    assert!(!outbox.is_half_full());
    outbox.push(message("1"));
    assert!(outbox.is_half_full());
    outbox.take(16);
    assert!(!outbox.is_half_full());
}

#[test]
fn very_many_messages_without_a_length_of_note_close_the_connection_as_slow() {
    let outbox = Outbox::new(1 << 20);
    outbox.release(message("c"));
    outbox.take(1);
    for _ in 0..1 << 15 {
        outbox.push(message("1"));
    }
    assert!(outbox.is_half_full());
    assert_eq!(outbox.closing(), None);
    outbox.push(message("1"));
    assert_eq!(outbox.take(16), taken(&[], Some(Close::SLOW)));
}
