//! The bytes that clients and `connect` left for the handler.

use bytes::Bytes;
use serde::Deserialize;

use super::{Extract, Now, now};
use crate::event::{HasData, HasUser};
use crate::handler::call::Call;
use crate::handler::needs::Needs;
use crate::reject::Reject;
use crate::reject::error_reply::ErrorReply;

/// What the client sent, from JSON.
///
/// Nothing sent is read as `null` or, where that doesn't fit, as `{}`: a struct of optional fields needs no `Option` around it.
/// `Option<Data<T>>` is `None` then, and for `null`, which SDKs send for nothing. Data that doesn't fit is error 400 "bad request"; why, is in the log.
///
/// `T` may borrow from the request, but text may not be borrowable: JSON that has an escape in it (a quote, a newline) isn't the text
/// that it stands for, and a `&str` refuses it. So text is a `String`, or saves the copy where it can:
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
    fn extract(call: &'c Call<E>) -> Now<'c, E, Self> {
        now(call, data)
    }

    fn extract_optional(call: &'c Call<E>) -> Now<'c, E, Option<Self>> {
        now(call, |call| match call.event().data() {
            // SDKs send `null` for an app that gives them nothing.
            data if matches!(data.trim_ascii(), b"" | b"null") => Ok(None),
            data => read(data).map(Self).map(Some).map_err(bad_request),
        })
    }

    fn needs(_: &mut Needs) {}
}

// No closure, which would be compiled a second time for the pointer to it.
fn data<'c, E: HasData, T: Deserialize<'c>>(call: &'c Call<E>) -> Result<Data<T>, Reject> {
    match read(call.event().data()) {
        Ok(data) => Ok(Data(data)),
        Err(error) => Err(bad_request(error)),
    }
}

/// What the client sent, as it is: JSON from a client that speaks JSON, anything from one that speaks protobuf, empty for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawData(pub Bytes);

impl<'c, E: HasData> Extract<'c, E> for RawData {
    fn extract(call: &'c Call<E>) -> Now<'c, E, Self> {
        now(call, |call| Ok(Self(call.event().data().clone())))
    }

    fn extract_optional(call: &'c Call<E>) -> Now<'c, E, Option<Self>> {
        now(call, |call| {
            let data = call.event().data();
            Ok((!data.is_empty()).then(|| Self(data.clone())))
        })
    }

    fn needs(_: &mut Needs) {}
}

/// What `connect` or `refresh` put aside for this connection with `.meta(..)`, from JSON.
///
/// Centrifugo sends it only where the proxy has `include_connection_meta`; the
/// [generated configuration](crate::App::centrifugo_config) has it for every handler that takes this. Meta that doesn't fit is an internal failure: the
/// application wrote it itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Meta<T>(pub T);

impl<'c, E: HasUser, T: Deserialize<'c>> Extract<'c, E> for Meta<T> {
    fn extract(call: &'c Call<E>) -> Now<'c, E, Self> {
        now(call, |call| {
            let meta = call.event().meta();
            read(meta).map(Self).map_err(|error| if meta.is_empty() { missing() } else { unfit(error) })
        })
    }

    fn extract_optional(call: &'c Call<E>) -> Now<'c, E, Option<Self>> {
        now(call, |call| match call.event().meta() {
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
    // Neither closures nor `?`, and few calls: this is compiled for each type anew.
    let sent = if bytes.is_empty() { b"null" } else { bytes };
    match serde_json::from_slice(sent) {
        Err(_) if bytes.is_empty() => serde_json::from_slice(b"{}"),
        read => read,
    }
}

fn missing() -> Reject {
    Reject::internal(
        "the connection has no meta: `connect` put none aside, or the proxy has no `include_connection_meta`; an extractor of your \
         own that takes `Meta` calls `needs.meta()` in `Extract::needs`",
    )
}

fn unfit(error: serde_json::Error) -> Reject {
    Reject::internal(format!("the connection's meta doesn't fit: {error}{}", advice(&error)))
}

pub(super) fn bad_request(error: serde_json::Error) -> Reject {
    Reject::from(ErrorReply::BAD_REQUEST).because(format!("the data doesn't fit: {error}{}", advice(&error)))
}

/// What to write instead, where the type's fault is one that depends on the text.
fn advice(error: &serde_json::Error) -> &'static str {
    let text = error.to_string();
    if text.starts_with("invalid type: string") && text.contains("expected a borrowed string") {
        "; text with an escape in it (a quote, a newline) can't be borrowed: write `String` instead of `&str`, or `Cow<'_, str>` with \
         `#[serde(borrow)]`"
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
    fn nothing_sent_is_null_or_an_object_without_fields() {
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
    fn what_was_sent_is_read_as_nothing_else() {
        assert_eq!(read_as::<Settings>("null"), None);
        assert_eq!(read_as::<&str>(r#""{}""#), Some("{}"));
        assert_eq!(read_as::<Settings>(r#"{"theme":7}"#), None);
    }
}
