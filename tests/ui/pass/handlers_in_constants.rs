//! Lists are values of constants and statics, too.

use centrifugo::{App, Call, Handler, Interceptor, Next, Reject, Rpc, RpcReply, handlers, interceptors};

#[centrifugo::rpc("ping.<id>")]
async fn ping(id: u64) -> u64 {
    id
}

#[centrifugo::interceptor(rpc)]
async fn timed(call: Call<Rpc>, next: Next<Rpc>) -> Result<RpcReply, Reject> {
    next.run(call).await
}

const HANDLERS: [&Handler; 1] = handlers![ping];
static INTERCEPTORS: [&Interceptor; 1] = interceptors![timed];

fn main() {
    let app = App::empty().handlers(HANDLERS).interceptors(INTERCEPTORS);
    assert!(app.into_service().is_ok());
}
