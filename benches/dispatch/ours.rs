//! The service as users of the crate write it.

use centrifugo::{App, Connected, Data, ProxyService, Reject, RpcReply, State, UserId, handlers, rpc, topic};

use crate::{Rename, Renamed, Users, users};

#[centrifugo::connect]
async fn connect(Data(who): Data<Rename<'_>>, State(users): State<Users>) -> Result<Connected, Reject> {
    if !users.0.iter().any(|user| user == who.name) {
        Err(centrifugo::Disconnect::new(4501, "no such user"))?
    }
    Ok(Connected::user(who.name).subscribe("public"))
}

#[rpc("user.<id>.rename")]
async fn rename(id: u64, Data(new): Data<Rename<'_>>, State(users): State<Users>) -> RpcReply {
    RpcReply::json(&Renamed { id, name: new.name, users: users.0.len() })
}

#[topic("user.<name>")]
async fn own_channel(name: String, user: UserId) -> bool {
    user == name
}

pub(crate) fn service() -> ProxyService {
    App::empty()
        .handlers(handlers![connect, rename, own_channel])
        .namespace("public")
        .state(users())
        .into_service()
        .expect("an app")
}
