//! Extractors of one's own use those of the crate, and each other, in any depth.
#![forbid(unsafe_code)]

use centrifugo::{App, Call, Data, ErrorReply, Extract, HasData, HasUser, Meta, Reject, State, UserId, handlers};

struct Member(UserId);

impl<'c, E: HasUser> Extract<'c, E> for Member {
    async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
        let user = UserId::extract(call).await?;
        if user.is_anonymous() {
            Err(ErrorReply::new(401, "sign in first"))?
        }
        Ok(Member(user))
    }
}

struct Letter<'c> {
    from: Member,
    text: &'c str,
    postage: Option<u8>,
}

impl<'c, E: HasUser + HasData> Extract<'c, E> for Letter<'c> {
    async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
        let from = Member::extract(call).await?;
        let Data(text) = Data::extract(call).await?;
        let postage = Option::<Meta<u8>>::extract(call).await?.map(|Meta(postage)| postage);
        Ok(Self { from, text, postage })
    }
}

#[centrifugo::rpc("send", collect = false)]
async fn send(letter: Letter<'_>, again: Option<Member>, state: Result<State<u8>, Reject>) -> String {
    let _ = (again, state);
    format!("{}: {} ({:?})", letter.from.0, letter.text, letter.postage)
}

#[centrifugo::publish("chat:<room>", collect = false)]
async fn say(room: String, letter: Letter<'_>) -> bool {
    room == letter.text
}

#[test]
fn they_serve_every_event_that_has_what_they_take() {
    assert!(App::empty().handlers(handlers![send, say]).state(1_u8).into_service().is_ok());
}
