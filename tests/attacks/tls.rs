//! Peers that misuse TLS: handshakes that never end or can't succeed, plain text where TLS is expected, and the reverse.

use std::sync::Arc;
use std::time::Duration;

use centrifugo_tests::attacked::Settings;
use centrifugo_tests::frames::{Kind, PREFACE, Raw, frame};
use centrifugo_tests::tls::{self, Signed};
use centrifugo_tests::{Attacked, PATIENCE};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{sleep, timeout};
use tokio_rustls::rustls::ClientConfig;

use crate::handshake::{CONNECTION, connections, ends};
use crate::{SLACK, start};

/// The memory of a connection whose handshake of TLS isn't complete, besides that of one without TLS.
const TLS: usize = 16 << 10;

/// An app with TLS, and its certificate, which nobody else has signed.
async fn secured(settings: Settings) -> (Attacked, String) {
    let Signed { cert, key } = Signed::by_itself("127.0.0.1");
    let tls = Some([cert.clone(), key]);
    (start(Settings { handshake_timeout: Some(Duration::from_secs(1)), tls, ..settings }).await, cert)
}

/// A client that trusts the app.
fn client(cert: &str) -> Arc<ClientConfig> {
    tls::client(cert, None, &["h2"])
}

/// The lines of the log with this text.
fn lines(app: &Attacked, text: &str) -> usize {
    app.log().lines().filter(|line| line.contains(text)).count()
}

/// Opens connections, and sends the same bytes on each; the app holds at most this for each, responds to others, and closes
/// them.
async fn closes(count: usize, sent: &[u8], each: usize) {
    let (app, _) = secured(Settings::default()).await;
    let before = app.memory();
    let mut open = Vec::new();
    for _ in 0..count {
        let mut raw = Raw::connect(app.address()).await;
        raw.send(sent).await.expect("the app reads the beginning");
        open.push(raw);
    }
    app.answers().await;
    for raw in &mut open {
        ends(raw).await;
    }
    app.grew_at_most(count * each + SLACK, before, "connections without a handshake of TLS").await;
    app.reaches("handshake_timeout: a connection had no complete TLS handshake in time, and was closed").await;
    app.answers().await;
}

#[tokio::test]
async fn two_thousand_silent_connections_to_tls_hold_little_and_are_closed() {
    closes(connections(2_000), b"", CONNECTION + TLS).await;
}

#[tokio::test]
async fn half_a_handshake_of_tls_holds_little_and_is_closed() {
    let hello = tls::hello(&client(&Signed::by_itself("127.0.0.1").cert));
    closes(connections(500), &hello[..hello.len() / 2], CONNECTION + TLS).await;
    closes(connections(500), &hello, CONNECTION + TLS).await;
}

#[tokio::test]
async fn a_long_message_of_a_handshake_that_never_ends_is_held_up_to_its_limit_only() {
    // A first message that claims 48 KiB, and has all of them but the last byte. rustls refuses one of 64 KiB.
    let mut hello = vec![1, 0, 0xc0, 0];
    hello.resize(0xc000 + 3, 0);
    let record = |part: &[u8]| {
        let length = u16::try_from(part.len()).expect("a length of 16 bits").to_be_bytes();
        [&[0x16, 3, 1], &length[..], part].concat()
    };
    let sent: Vec<u8> = hello.chunks(16 << 10).flat_map(record).collect();
    closes(connections(200), &sent, CONNECTION + TLS + (96 << 10)).await;
}

#[tokio::test]
async fn a_handshake_of_tls_that_comes_byte_by_byte_is_closed() {
    let (app, cert) = secured(Settings::default()).await;
    let mut raw = Raw::connect(app.address()).await;
    let trickle = async {
        for byte in tls::hello(&client(&cert)) {
            if raw.send(&[byte]).await.is_err() {
                return;
            }
            sleep(Duration::from_millis(100)).await;
        }
        panic!("the app waits for a handshake longer than its timeout");
    };
    timeout(PATIENCE, trickle).await.expect("a trickle that ends");
    app.answers().await;
}

/// The time of a handshake of TLS and that of HTTP/2 are one.
#[tokio::test]
async fn a_peer_that_is_silent_after_its_handshake_of_tls_is_closed() {
    let (app, cert) = secured(Settings::default()).await;
    let mut peer = tls::connect(app.address(), &client(&cert)).await.expect("a handshake");
    let mut read = Vec::new();
    timeout(PATIENCE, peer.read_to_end(&mut read)).await.expect("an end").ok();
    app.reaches("handshake_timeout: a connection had no complete HTTP/2 handshake in time").await;
    app.answers().await;
}

#[tokio::test]
async fn plain_text_where_tls_is_expected_is_closed_with_few_lines_in_the_log() {
    let (app, _) = secured(Settings::default()).await;
    for _ in 0..500 {
        let mut raw = Raw::connect(app.address()).await;
        raw.send(&[PREFACE, &frame(Kind::Settings, 0, 0, &[])].concat()).await.expect("the app reads the beginning");
        ends(&mut raw).await;
    }
    app.logs("a TLS handshake failed: received corrupt message of type InvalidContentType (if it is Centrifugo").await;
    sleep(Duration::from_secs(1)).await;
    let mut raw = Raw::connect(app.address()).await;
    raw.send(PREFACE).await.expect("the app reads the beginning");
    ends(&mut raw).await;
    app.logs("more since the last line of this kind)").await;
    let lines = lines(&app, "a TLS handshake failed");
    assert!((2..20).contains(&lines), "{lines} lines");
    app.answers().await;
}

#[tokio::test]
async fn a_peer_that_names_no_protocol_or_another_one_is_closed() {
    let (app, cert) = secured(Settings::default()).await;
    for protocols in [&[][..], &["http/1.1"]] {
        let client = tls::client(&cert, None, protocols);
        let ended = async {
            let mut peer = tls::connect(app.address(), &client).await?;
            peer.write_all(PREFACE).await?;
            peer.read_u8().await
        };
        timeout(PATIENCE, ended).await.expect("an end").expect_err("a connection that is closed");
    }
    app.logs("a TLS handshake failed: ").await;
    app.answers().await;
}

#[tokio::test]
async fn probes_that_open_the_port_and_close_it_are_no_warning() {
    let (app, _) = secured(Settings::default()).await;
    for _ in 0..20 {
        drop(Raw::connect(app.address()).await);
    }
    app.logs("a connection ended before its TLS handshake was complete").await;
    app.answers().await;
    assert_eq!(lines(&app, "WARN"), 0, "{}", app.log());
}

#[tokio::test]
async fn handshakes_of_tls_count_among_the_connections() {
    let (app, cert) = secured(Settings { max_connections: Some(20), ..Settings::default() }).await;
    let mut open = Vec::new();
    for _ in 0..20 {
        open.push(Raw::connect(app.address()).await);
    }
    let client = client(&cert);
    let connected = tls::connect(app.address(), &client);
    let _twenty_first = timeout(PATIENCE, connected).await.expect("an end").expect("room for a connection");
    app.reaches("max_connections: 20 connections are open, so the oldest one without a call of Centrifugo is closed").await;
    ends(&mut open[0]).await;
    app.answers().await;
}

#[tokio::test]
async fn tls_where_plain_text_is_expected_is_closed() {
    let app = start(Settings { handshake_timeout: Some(Duration::from_secs(1)), ..Settings::default() }).await;
    let client = client(&Signed::by_itself("127.0.0.1").cert);
    for _ in 0..100 {
        assert!(timeout(PATIENCE, tls::connect(app.address(), &client)).await.expect("an end").is_err());
    }
    app.answers().await;
}
