//! The publisher: its state and its configuration, and calls that it refuses before it sends anything.
#![forbid(unsafe_code)]

use centrifugo::{App, Conflict, InvalidChannel, Publisher, PublisherError, StartError, handlers};

#[centrifugo::channel("room:<name>")]
struct Room {
    name: String,
}

#[centrifugo::rpc("tell", collect = false)]
async fn tell(publisher: Publisher) -> Result<(), PublisherError> {
    publisher.publish("news", "told").await.map(drop)
}

#[centrifugo::rpc("tell-if", collect = false)]
async fn tell_if(publisher: Option<Publisher>) -> bool {
    publisher.is_some()
}

fn publisher() -> Publisher {
    Publisher::new("http://127.0.0.1:1/api", "a key").expect("a URL")
}

#[test]
fn an_app_without_the_publisher_that_a_handler_takes_does_not_start() {
    let error = App::empty().handlers(handlers![tell, tell_if]).into_service().unwrap_err();
    assert!(
        matches!(&error, StartError::Conflicts(conflicts) if matches!(conflicts[..], [Conflict::MissingPublisher { .. }]))
    );
    let text = error.to_string();
    assert!(text.contains("takes a `Publisher`: add one with `App::publisher(..)`"), "{text}");
    assert!(App::empty().handlers(handlers![tell]).publisher(publisher()).into_service().is_ok());
}

#[test]
fn the_generated_configuration_has_the_publishers_key() {
    let app = App::empty().handlers(handlers![tell]).publisher(publisher());
    let config = app.centrifugo_config("grpc://127.0.0.1:10001").unwrap();
    assert_eq!(config["http_api"]["key"], "a key");
}

#[test]
fn the_key_is_in_no_debug_text() {
    assert!(!format!("{:?}", publisher()).contains("a key"));
    assert!(!format!("{:?}", publisher().publish("news", "told")).contains("a key"));
}

#[tokio::test]
async fn an_impossible_channel_is_refused_before_anything_is_sent() {
    for error in [
        publisher().publish(Room { name: "a b.c".into() }, "told").await.unwrap_err(),
        publisher().broadcast([Room { name: "a".into() }, Room { name: String::new() }], "told").await.unwrap_err(),
        publisher().history("a\nb").await.unwrap_err(),
        publisher().subscribe("ann", "").await.unwrap_err(),
    ] {
        assert!(matches!(error, PublisherError::Channel(_)), "{error}");
    }
    let refused = publisher().batch().add(publisher().publish("", "told")).unwrap_err();
    assert!(matches!(refused, PublisherError::Channel(InvalidChannel::Empty)), "{refused}");
}

#[test]
fn an_invalid_url_is_refused() {
    for url in ["", "localhost:8000/api", "http://127.0.0.1:8000/api/publish"] {
        assert!(matches!(Publisher::new(url, "a key"), Err(PublisherError::Cent(_))), "{url}");
    }
}
