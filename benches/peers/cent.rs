//! The peer `cent`: the same app with Centrifugo's own Rust crate, which has the HTTP proxy protocol, on a plain hyper
//! server. That protocol has no streams.

#![allow(clippy::print_stdout, reason = "the first line tells the bench the address")]

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cent::proxy::{self, ConnectResult, Disconnect, Rejection, RpcResult, SubscribeResult};
use cent::{BoxError, Handler, PayloadExt};
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use payload::{Auth, Welcome};
use tokio::net::TcpListener;
use tower::Service;

mod payload;

fn routes() -> HashMap<&'static str, Handler> {
    let users = Arc::new(HashMap::from([("secret".to_owned(), "42".to_owned())]));
    let handlers = proxy::Handlers::new();
    let connect = handlers.connect(move |_, request| {
        let users = Arc::clone(&users);
        async move {
            let auth: Auth = request.data.decode().map_err(|_| proxy::Error::new(400, "bad request"))?;
            let user = users.get(&auth.token).ok_or_else(|| Disconnect::new(4501, "invalid token"))?;
            let data = cent::json(&Welcome { a: 1 })?;
            let mut result = ConnectResult::new();
            result.user = user.clone();
            result.data = Some(data);
            result.channels = vec!["news".into()];
            Ok(result)
        }
    });
    let rpc = handlers.rpc(|_, request| async move {
        let text = match request.method.as_str() {
            "ping" => "pong",
            "slow" => {
                tokio::time::sleep(Duration::from_millis(50)).await;
                "slow"
            }
            _ => return Err(Rejection::from(proxy::Error::new(404, "method not found"))),
        };
        let mut result = RpcResult::new();
        result.data = Some(cent::json(text)?);
        Ok(result)
    });
    let subscribe = handlers.subscribe(|_, request| async move {
        let room = request.channel.strip_prefix("room:").and_then(|n| n.parse::<u64>().ok());
        if room.is_none() || request.user.is_empty() {
            return Err(Rejection::from(proxy::Error::new(403, "permission denied")));
        }
        Ok(SubscribeResult::new())
    });
    HashMap::from([("/connect", connect), ("/rpc", rpc), ("/subscribe", subscribe)])
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let routes = Arc::new(routes());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    tokio::select! {
        error = serve(listener, routes) => Err(error),
        () = bench_ends() => Ok(()),
    }
}

async fn serve(listener: TcpListener, routes: Arc<HashMap<&'static str, Handler>>) -> BoxError {
    loop {
        let (stream, _) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => return error.into(),
        };
        drop(stream.set_nodelay(true));
        let routes = Arc::clone(&routes);
        let service = service_fn(move |request: Request<Incoming>| {
            let handler = routes.get(request.uri().path()).cloned();
            async move {
                match handler {
                    Some(mut handler) => handler.call(request).await,
                    None => Ok::<_, Infallible>(not_found()),
                }
            }
        });
        // The bench reports a connection that fails.
        tokio::spawn(http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service));
    }
}

fn not_found() -> Response<http_body_util::Full<Bytes>> {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// Ends with the bench, which holds the other end of stdin.
async fn bench_ends() {
    drop(tokio::io::copy(&mut tokio::io::stdin(), &mut tokio::io::sink()).await);
}
