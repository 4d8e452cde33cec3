//! One of each thing that expands to code with paths of the crate.

use std::fmt;

use centrifugo::testing::TestApp;
use centrifugo::{App, Call, Connected, Data, ErrorReply, Event, Meta, Next, Reject, UserId, handlers, interceptors};

#[centrifugo::channel("room:<id>", data = String)]
struct Room {
    id: u32,
}

struct Member(UserId);

#[centrifugo::extractor]
async fn member(user: UserId, _: Meta<Option<u8>>) -> Result<Member, ErrorReply> {
    if user.is_anonymous() { Err(ErrorReply::PERMISSION_DENIED) } else { Ok(Member(user)) }
}

#[centrifugo::connect(collect = false)]
async fn connect(Data(name): Data<String>) -> Connected {
    Connected::user(name).subscribe(Room { id: 1 })
}

#[centrifugo::topic(Room, collect = false)]
async fn enter(Room { id }: Room, member: Member) -> bool {
    id == 1 && member.0 == "ann"
}

#[centrifugo::rpc("greet/<name>")]
async fn greet(name: String) -> impl serde::Serialize + fmt::Debug {
    name
}

#[centrifugo::interceptor(collect = false)]
async fn through<E: Event>(call: Call<E>, next: Next<E>) -> Result<E::Reply, Reject> {
    next.run(call).await
}

#[tokio::test]
async fn everything_that_is_expanded_finds_the_crate() {
    let app = App::new().handlers(handlers![connect, enter]).interceptors(interceptors![through]);
    let app = TestApp::new(app).expect("an app that can start");
    assert_eq!(app.connect().data("ann").await.reply().channels, ["room:1"]);
    assert!(app.subscribe("room:1").user("ann").await.is_reply());
    assert_eq!(app.subscribe("room:1").await.error().code(), 403);
    assert_eq!(app.rpc("greet/ann").await.data::<String>(), "ann");
}
