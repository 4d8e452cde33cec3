//! The client's data, and the connection's meta.

use bytes::Bytes;
use serde::Deserialize;

use super::{Extract, Immediate, immediate};
use crate::event::{HasData, HasUser};
use crate::handler::call::Call;
use crate::handler::needs::Needs;
use crate::reject::Reject;
use crate::reject::error_reply::ErrorReply;
use crate::reject::unquoted::Unquoted;

/// The client's data, read from JSON.
///
/// Empty data is read as `null` or, if that doesn't fit `T`, as `{}`: a struct of optional fields needs no `Option` around
/// it. `Option<Data<T>>` is `None` for empty data, and for `null`, which SDKs send if the app passes no data. Data that
/// doesn't fit `T` is refused with error 400 "bad request"; the log has the reason, without the data.
///
/// `T` may borrow from the request. A `&str` can't borrow a JSON string with an escape in it (a quote, a newline), and
/// refuses it. So use a `String`, or a `Cow`, which copies only such strings:
///
/// ```
/// use std::borrow::Cow;
/// use centrifugo::Data;
///
/// #[derive(serde::Deserialize)]
/// struct Message<'m> {
///     #[serde(borrow)] // without it, serde always copies
///     text: Cow<'m, str>,
/// }
///
/// #[centrifugo::rpc("shout")]
/// async fn shout(Data(message): Data<Message<'_>>) -> String {
///     message.text.to_uppercase()
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Data<T>(pub T);

impl<'c, E: HasData, T: Deserialize<'c>> Extract<'c, E> for Data<T> {
    #[inline(always)]
    fn extract(call: &'c Call<E>) -> Immediate<'c, E, Self> {
        immediate(call, data)
    }

    fn extract_optional(call: &'c Call<E>) -> Immediate<'c, E, Option<Self>> {
        immediate(call, |call| match call.event().data() {
            // SDKs send `null` if the app passes no data.
            data if matches!(data.trim_ascii(), b"" | b"null") => Ok(None),
            data => read(data).map(Self).map(Some).map_err(bad_request),
        })
    }

    fn needs(_: &mut Needs) {}
}

// A function, as a closure would be compiled a second time for the pointer to it.
fn data<'c, E: HasData, T: Deserialize<'c>>(call: &'c Call<E>) -> Result<Data<T>, Reject> {
    match read(call.event().data()) {
        Ok(data) => Ok(Data(data)),
        Err(error) => Err(bad_request(error)),
    }
}

/// The client's data, as bytes: JSON from a client that speaks JSON, any bytes from one that speaks protobuf. Empty if the
/// client sent none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawData(pub Bytes);

impl<'c, E: HasData> Extract<'c, E> for RawData {
    fn extract(call: &'c Call<E>) -> Immediate<'c, E, Self> {
        immediate(call, |call| Ok(Self(call.event().data().clone())))
    }

    fn extract_optional(call: &'c Call<E>) -> Immediate<'c, E, Option<Self>> {
        immediate(call, |call| {
            let data = call.event().data();
            Ok((!data.is_empty()).then(|| Self(data.clone())))
        })
    }

    fn needs(_: &mut Needs) {}
}

/// The connection's meta, which `connect` or `refresh` has set with `.meta(..)`, read from JSON.
///
/// Centrifugo sends it only if the proxy has `include_connection_meta`; the [generated
/// configuration](crate::App::centrifugo_config) has that for every handler that takes this. Meta that doesn't fit `T` is an
/// internal failure, as the app itself has set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Meta<T>(pub T);

impl<'c, E: HasUser, T: Deserialize<'c>> Extract<'c, E> for Meta<T> {
    fn extract(call: &'c Call<E>) -> Immediate<'c, E, Self> {
        immediate(call, |call| {
            let meta = call.event().meta();
            read(meta).map(Self).map_err(|error| if meta.is_empty() { missing() } else { unfit(error) })
        })
    }

    fn extract_optional(call: &'c Call<E>) -> Immediate<'c, E, Option<Self>> {
        immediate(call, |call| match call.event().meta() {
            meta if meta.is_empty() => Ok(None),
            meta => read(meta).map(Self).map(Some).map_err(unfit),
        })
    }

    fn needs(needs: &mut Needs) {
        needs.identity();
        needs.meta();
    }
}

pub(super) fn read<'c, T: Deserialize<'c>>(bytes: &'c [u8]) -> Result<T, serde_json::Error> {
    // No closures, no `?`, and few calls, as this is compiled for each type.
    let sent = if bytes.is_empty() { b"null" } else { bytes };
    match serde_json::from_slice(sent) {
        Err(_) if bytes.is_empty() => serde_json::from_slice(b"{}"),
        read => read,
    }
}

fn missing() -> Reject {
    Reject::internal(
        "the connection has no meta: `connect` has set none, or the proxy has no `include_connection_meta`; an extractor of \
         your own that takes `Meta` calls `needs.meta()` in `Extract::needs`",
    )
}

fn unfit(error: serde_json::Error) -> Reject {
    Reject::internal(format!("the connection's meta doesn't fit: {}{}", Unquoted(&error), advice(&error)))
}

pub(super) fn bad_request(error: serde_json::Error) -> Reject {
    Reject::from(ErrorReply::BAD_REQUEST).because(format!("the data doesn't fit: {}{}", Unquoted(&error), advice(&error)))
}

/// Advice what to write instead, for an error that only some strings cause.
fn advice(error: &serde_json::Error) -> &'static str {
    let text = error.to_string();
    if text.starts_with("invalid type: string") && text.contains("expected a borrowed string") {
        "; text with an escape in it (a quote, a newline) can't be borrowed: write `String` instead of `&str`, or \
         `Cow<'_, str>` with `#[serde(borrow)]`"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    struct Settings {
        theme: Option<String>,
    }

    fn read_as<'c, T: Deserialize<'c>>(sent: &'c str) -> Option<T> {
        read(sent.as_bytes()).ok()
    }

    #[test]
    fn empty_data_is_null_or_an_object_without_fields() {
        assert_eq!(read_as::<Option<u8>>(""), Some(None));
        assert_eq!(read_as::<Settings>(""), Some(Settings { theme: None }));
        assert_eq!(read_as::<u8>(""), None);
    }

    #[test]
    fn borrowed_text_with_an_escape_is_refused_with_what_to_write() {
        #[derive(Debug, Deserialize)]
        struct Message<'m> {
            #[serde(borrow)]
            _text: Option<&'m str>,
        }
        let text = r#""a\"b""#;
        let field = format!("{{\"_text\":{text}}}");
        let errors = [read::<&str>(text.as_bytes()).unwrap_err(), read::<Message<'_>>(field.as_bytes()).unwrap_err()];
        for reject in errors.map(bad_request) {
            assert!(reject.to_string().contains("write `String`"), "{reject}");
        }
        let reject = unfit(read::<&str>(text.as_bytes()).unwrap_err());
        assert!(reject.to_string().contains("write `String`"), "{reject}");
        for other in ["7", "null"] {
            let reject = bad_request(read::<&str>(other.as_bytes()).unwrap_err());
            assert!(!reject.to_string().contains("String"), "{reject}");
        }
    }

    #[test]
    fn data_that_was_sent_is_read_as_nothing_else() {
        assert_eq!(read_as::<Settings>("null"), None);
        assert_eq!(read_as::<&str>(r#""{}""#), Some("{}"));
        assert_eq!(read_as::<Settings>(r#"{"theme":7}"#), None);
    }
}
