//! The handlers: they decide who connects, who enters which room, and which messages are published.

use std::time::{SystemTime, UNIX_EPOCH};

use centrifugo::{Connected, Data, Meta, Published, Reject, rpc, topic};
use serde::{Deserialize, Serialize};

use crate::room::Room;

const MAX_NAME: usize = 24;
const MAX_TEXT: usize = 500;
const CREW_WORD: &str = "ahoy";

/// The connect data, which the page sends.
#[derive(Deserialize)]
struct SignIn {
    name: String,
    word: Option<String>,
}

/// The meta of a connection. Centrifugo keeps it and sends it with each event; the client never receives it.
#[derive(Serialize, Deserialize)]
struct Ticket {
    crew: bool,
}

/// A message as the page sends it.
#[derive(Deserialize)]
struct Draft {
    text: String,
}

/// A message as the room receives it. Centrifugo adds the author.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'m> {
    text: &'m str,
    sent_at: u64,
}

/// A room's channel: the page sends drafts to it, and receives messages.
#[centrifugo::channel("chat:<room>", data = Message<'_>, from_client = Draft)]
struct ChatRoom {
    room: Room,
}

/// A room's channel for who is typing. It has neither history nor presence, and nobody who is away misses anything.
#[centrifugo::channel("typing:<room>", data = Typing)]
struct TypingIn {
    room: Room,
}

/// The sign that somebody is typing. Centrifugo adds who.
#[derive(Serialize, Deserialize)]
struct Typing {}

#[derive(Debug, PartialEq, Reject)]
enum ChatError {
    #[reject(421, "a name has 1 to 24 characters")]
    Name,
    #[reject(401, "wrong crew password")]
    Word,
    #[reject(403, "this room is for the crew")]
    CrewOnly,
    #[reject(422, "say something")]
    Empty,
    #[reject(413, "a message has at most 500 characters")]
    TooLong,
    #[reject(disconnect(4502, "no advertising"))]
    Spam,
}

/// Accepts any name: check a password or token here.
#[centrifugo::connect]
async fn connect(Data(who): Data<SignIn>) -> Result<Connected, ChatError> {
    let name = who.name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME || name.contains(char::is_control) {
        return Err(ChatError::Name);
    }
    let crew = match who.word.as_deref().map(str::trim) {
        None | Some("") => false,
        Some(word) if word == CREW_WORD => true,
        Some(_) => return Err(ChatError::Word),
    };
    Ok(Connected::user(name).meta(&Ticket { crew }))
}

#[rpc("rooms")]
async fn rooms() -> &'static [Room] {
    Room::ALL
}

#[topic(ChatRoom)]
async fn enter(ChatRoom { room }: ChatRoom, Meta(ticket): Meta<Ticket>) -> Result<(), ChatError> {
    ticket.admit(room)
}

// Centrifugo doesn't check whether the publisher is in the room, so this handler checks the ticket again.
#[centrifugo::publish(ChatRoom)]
async fn say(
    chat: ChatRoom,
    Meta(ticket): Meta<Ticket>,
    Data(draft): Data<Draft>,
) -> Result<Published<ChatRoom>, ChatError> {
    ticket.admit(chat.room)?;
    let text = draft.text.trim();
    if text.is_empty() {
        return Err(ChatError::Empty);
    }
    if text.chars().count() > MAX_TEXT {
        return Err(ChatError::TooLong);
    }
    if text.to_lowercase().contains("buy now") {
        return Err(ChatError::Spam);
    }
    Ok(Published::new().data(&Message { text, sent_at: now() }))
}

#[topic(TypingIn)]
async fn watch(TypingIn { room }: TypingIn, Meta(ticket): Meta<Ticket>) -> Result<(), ChatError> {
    ticket.admit(room)
}

#[centrifugo::publish(TypingIn)]
async fn typing(TypingIn { room }: TypingIn, Meta(ticket): Meta<Ticket>) -> Result<Published<TypingIn>, ChatError> {
    ticket.admit(room)?;
    Ok(Published::new().data(&Typing {}))
}

impl Ticket {
    fn admit(&self, room: Room) -> Result<(), ChatError> {
        if room.is_crew_only() && !self.crew { Err(ChatError::CrewOnly) } else { Ok(()) }
    }
}

/// Milliseconds since 1970, as JavaScript counts them.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use centrifugo::App;
    use centrifugo::testing::TestApp;
    use serde_json::json;

    const GUEST: Ticket = Ticket { crew: false };
    const CREW: Ticket = Ticket { crew: true };

    fn room(name: &str) -> ChatRoom {
        ChatRoom { room: name.parse().unwrap() }
    }

    async fn come_in(name: &str, word: Option<&str>) -> Result<Connected, ChatError> {
        connect(Data(SignIn { name: name.into(), word: word.map(str::to_owned) })).await
    }

    async fn guest_says(text: &str) -> Result<Published<ChatRoom>, ChatError> {
        say(room("lobby"), Meta(GUEST), Data(Draft { text: text.into() })).await
    }

    #[tokio::test]
    async fn a_ticket_opens_existing_rooms_only() {
        let app = TestApp::new(App::new()).expect("an app that can start");
        let connected = app.connect().data(json!({ "name": " Ann ", "word": "ahoy" })).await.into_reply();
        assert_eq!((connected.user.as_str(), &connected.meta[..]), ("Ann", &br#"{"crew":true}"#[..]));
        assert!(app.subscribe("chat:bridge").meta(&CREW).await.is_reply());
        assert_eq!(app.subscribe("chat:bridge").meta(&GUEST).await.error().code(), 403);
        assert_eq!(app.subscribe("chat:cellar").meta(&CREW).await.error().code(), 403);
        let said = app.publish("chat:lobby").meta(&GUEST).data(json!({ "text": " hi " })).await.into_reply();
        assert!(said.data.starts_with(br#"{"text":"hi","sentAt":"#), "{:?}", said.data);
    }

    #[tokio::test]
    async fn who_types_in_a_room_publishes_only_that() {
        let app = TestApp::new(App::new()).expect("an app that can start");
        assert!(app.subscribe("typing:lobby").meta(&GUEST).await.is_reply());
        assert_eq!(app.subscribe("typing:bridge").meta(&GUEST).await.error().code(), 403);
        let typing = app.publish("typing:lobby").meta(&GUEST).data(json!({ "more": 1 })).await.into_reply();
        assert_eq!(typing.data, "{}");
        assert_eq!(app.publish("typing:bridge").meta(&GUEST).data(json!({})).await.error().code(), 403);
    }

    // A handler remains a function, which a unit test calls.
    #[tokio::test]
    async fn a_name_has_1_to_24_characters() {
        assert!(come_in("Åsa", None).await.is_ok());
        for name in ["", "  ", "a\u{7}", &"x".repeat(25)] {
            assert_eq!(come_in(name, None).await.unwrap_err(), ChatError::Name, "{name}");
        }
    }

    #[tokio::test]
    async fn a_wrong_word_does_not_make_a_guest() {
        assert!(come_in("Ann", Some("ahoy")).await.is_ok());
        assert_eq!(come_in("Ann", Some("hello")).await.unwrap_err(), ChatError::Word);
    }

    #[tokio::test]
    async fn only_the_crew_enters_the_bridge() {
        assert_eq!(enter(room("bridge"), Meta(GUEST)).await, Err(ChatError::CrewOnly));
        assert_eq!(enter(room("bridge"), Meta(CREW)).await, Ok(()));
        assert_eq!(enter(room("lobby"), Meta(GUEST)).await, Ok(()));
    }

    #[tokio::test]
    async fn a_client_that_may_not_enter_may_not_publish() {
        let shout = say(room("bridge"), Meta(GUEST), Data(Draft { text: "hi".into() })).await;
        assert_eq!(shout.unwrap_err(), ChatError::CrewOnly);
    }

    #[tokio::test]
    async fn empty_long_and_advertising_messages_are_refused() {
        assert!(guest_says("hi").await.is_ok());
        assert_eq!(guest_says(" \n").await.unwrap_err(), ChatError::Empty);
        assert_eq!(guest_says(&"x".repeat(501)).await.unwrap_err(), ChatError::TooLong);
        assert_eq!(guest_says("BUY NOW").await.unwrap_err(), ChatError::Spam);
    }
}
