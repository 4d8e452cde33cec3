//! Typed channels whose publications and clients' data are two types.

use centrifugo::testing::TestApp;
use centrifugo::{App, Data, MapPublished, Published, UserId};
use serde_json::json;

#[centrifugo::channel("room:<id>", data = String, from_client = u64)]
struct Room {
    id: u64,
}

#[centrifugo::publish(Room)]
async fn say(Room { id }: Room, _user: UserId, Data(number): Data<u64>) -> Published<Room> {
    match number {
        0 => Published::new(),
        number => Published::new().data(&format!("{number} in {id}")),
    }
}

#[centrifugo::map_publish(Room)]
async fn set(Room { id }: Room, _user: UserId, Data(number): Data<u64>) -> MapPublished<Room> {
    match number {
        0 => MapPublished::new(),
        number => MapPublished::new().data(&format!("{number} in {id}")),
    }
}

#[tokio::test]
async fn data_of_a_client_is_not_published_where_publications_are_another_type() {
    let app = TestApp::new(App::new()).expect("an app that can start");
    assert_eq!(&app.publish("room:7").data(json!(3)).await.into_reply().data[..], br#""3 in 7""#);
    assert_eq!(&app.map_publish("room:7", "key").data(json!(3)).await.into_reply().data[..], br#""3 in 7""#);
    for failure in [
        app.publish("room:7").data(json!(0)).await.failure(),
        app.map_publish("room:7", "key").data(json!(0)).await.failure(),
    ] {
        assert!(failure.contains("the reply needs `.data(..)`"), "{failure}");
    }
}
