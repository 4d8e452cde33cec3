use centrifugo::{Call, Connected, Extract, HasUser, Reject};

struct Session;

impl<'c, E: HasUser> Extract<'c, E> for Session {
    async fn extract(_: &'c Call<E>) -> Result<Self, Reject> {
        Ok(Self)
    }
}

#[centrifugo::connect]
async fn connect(_session: Session) -> Connected {
    Connected::user("")
}

fn main() {}
