//! The headers that Centrifugo forwards.

use std::ops::Deref;

use http::HeaderMap;

use super::{Extract, Now, now};
use crate::event::Event;
use crate::handler::call::Call;
use crate::handler::needs::Needs;
use crate::reject::Reject;
use crate::reject::error_reply::ErrorReply;

/// All headers that Centrifugo forwards as gRPC metadata, by their lower-case names, and gRPC's own.
///
/// Which ones come is up to the proxy's configuration: [`App::http_headers`](crate::App::http_headers) and
/// [`App::emulated_headers`](crate::App::emulated_headers) put them there.
#[derive(Debug, Clone, Copy)]
pub struct Metadata<'c>(pub &'c HeaderMap);

impl Deref for Metadata<'_> {
    type Target = HeaderMap;

    fn deref(&self) -> &HeaderMap {
        self.0
    }
}

impl<'c, E: Event> Extract<'c, E> for Metadata<'c> {
    fn extract(call: &'c Call<E>) -> Now<'c, E, Self> {
        now(call, |call| Ok(Self(call.metadata())))
    }
}

/// One header of the client's HTTP request, typed: any of the [`headers`] crate's, which is re-exported, or your own by its trait.
///
/// ```
/// use centrifugo::headers::{Authorization, authorization::Bearer};
/// use centrifugo::{App, Connected, Header};
///
/// #[centrifugo::connect]
/// async fn connect(Header(Authorization(bearer)): Header<Authorization<Bearer>>) -> Connected {
///     Connected::user(if bearer.token() == "sesame" { "ann" } else { "" })
/// }
///
/// // Browsers set no headers on a WebSocket: the SDK's option `headers` sends them with the connect command.
/// let app = App::new().emulated_headers(["authorization"]);
/// ```
///
/// The [generated configuration](crate::App::centrifugo_config) lists the header in `http_headers` of each proxy whose handlers
/// take it. A missing or malformed one is error 400 "bad request"; `Option<Header<H>>` is `None` when it is missing.
///
/// **gRPC carries printable ASCII only.** Where a forwarded header has any other byte (a name in UTF-8 in one of the site's
/// cookies is enough), Centrifugo's call fails before the app sees it, and with it every call of that client: error 100, and
/// only Centrifugo's log says why. So forward no header that others write into: a token of your own in a header of its own,
/// rather than all of `cookie`; or have the reverse proxy in front of Centrifugo pass on the one cookie that you need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<H>(pub H);

impl<'c, E: Event, H: headers::Header> Extract<'c, E> for Header<H> {
    fn extract(call: &'c Call<E>) -> Now<'c, E, Self> {
        now(call, |call| {
            let header = Self::of(call.metadata())?;
            header.ok_or_else(|| bad_request(format!("the header `{}` is missing", H::name())))
        })
    }

    fn extract_optional(call: &'c Call<E>) -> Now<'c, E, Option<Self>> {
        now(call, |call| Self::of(call.metadata()))
    }

    fn needs(needs: &mut Needs) {
        needs.identity();
        needs.header(H::name());
    }
}

impl<H: headers::Header> Header<H> {
    fn of(metadata: &HeaderMap) -> Result<Option<Self>, Reject> {
        let mut values = metadata.get_all(H::name()).iter().peekable();
        if values.peek().is_none() {
            return Ok(None);
        }
        match H::decode(&mut values) {
            Ok(header) => Ok(Some(Self(header))),
            Err(error) => Err(bad_request(format!("the header `{}` can't be read: {error}", H::name()))),
        }
    }
}

fn bad_request(why: String) -> Reject {
    Reject::from(ErrorReply::BAD_REQUEST).because(why)
}
