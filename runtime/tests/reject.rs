//! `#[derive(Reject)]` and `?` with an app's errors: standard errors, and other enums.
#![forbid(unsafe_code)]
#![deny(warnings)]

use std::error::Error;
use std::fmt;
use std::io;
use std::num::ParseIntError;
use std::sync::Arc;

use centrifugo::{Disconnect, ErrorReply, Internal, IntoReject, Refresh, Reject, Rpc};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct RoomId(u32);

impl fmt::Display for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "room {}", self.0)
    }
}

#[derive(Debug, thiserror::Error, Reject)]
enum ChatError {
    #[error("ann is not a member of {0}")]
    #[reject(403, "not a member")]
    NotMember(RoomId),
    #[error("banned by a moderator")]
    #[reject(disconnect(4502, "banned"))]
    Banned,
    #[error("more than {most} a minute")]
    #[reject(429, "slow down", temporary)]
    TooFast { most: u32 },
    #[error("the store failed")]
    #[reject(internal)]
    Store(#[from] io::Error),
    #[error("no money for it")]
    #[reject(transparent)]
    Bank(#[from] BankError),
    #[error(transparent)]
    #[reject(transparent)]
    Number(#[from] ParseIntError),
}

/// A standard error without `thiserror`, and a struct.
#[derive(Debug, Reject)]
#[reject(402, "pay first")]
struct BankError {
    missing: u32,
}

impl fmt::Display for BankError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} are missing", self.missing)
    }
}

impl Error for BankError {}

/// An error whose reply has a text of its own.
#[derive(Debug, thiserror::Error, Reject)]
#[error("used {used}")]
#[reject(with = Self::refusal)]
struct Quota {
    used: u32,
}

impl Quota {
    fn refusal(&self) -> Reject {
        ErrorReply::try_new(429, format!("{} more", 100 - self.used)).map_or_else(Reject::from, Reject::from)
    }
}

/// No standard error: the log has its fields.
#[derive(Debug, PartialEq, Reject)]
enum Plain {
    #[reject(403, "not a member")]
    NotMember(RoomId),
    #[reject(404, "no such room")]
    NoRoom { name: &'static str, limit: Limit },
    #[reject(410, "closed")]
    Closed,
    #[reject(413, "too long")]
    Long(Secret),
    #[reject(internal)]
    Number(ParseIntError),
    #[reject(internal)]
    Broken,
    #[reject(transparent)]
    Passed(Disconnect),
}

#[derive(Debug, PartialEq)]
struct Limit {
    times: u8,
}

/// A value without `Debug` and `Display`.
#[derive(PartialEq)]
struct Secret;

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret")
    }
}

/// An error without a declared refusal.
#[derive(Debug, thiserror::Error)]
#[error("disk full")]
struct DiskFull;

/// Wraps an error that has a refusal, and declares none itself.
#[derive(Debug, thiserror::Error)]
#[error("while chatting")]
struct Wrapper(#[source] ChatError);

fn with<E: Into<Reject>>(error: E) -> Reject {
    let fails = || -> Result<(), Reject> {
        let failed: Result<(), E> = Err(error);
        failed.map_err(Into::into)?;
        Ok(())
    };
    fails().expect_err("refused")
}

/// A function that knows only that it is a standard error.
fn generic<E: Error + Send + Sync + 'static>(error: E) -> Reject {
    let fails = || -> Result<(), Reject> { Err(error)? };
    fails().expect_err("refused")
}

fn code(reject: &Reject) -> u32 {
    let error = reject.error().map(ErrorReply::code);
    error.or_else(|| reject.disconnect().map(Disconnect::code)).unwrap_or(100)
}

#[test]
fn a_standard_error_that_derives_reject_has_its_own_refusal() {
    let parse = || "x".parse::<u32>().unwrap_err();
    for (error, expected, text) in [
        (ChatError::NotMember(RoomId(7)), 403, "error 403: not a member: ann is not a member of room 7"),
        (ChatError::Banned, 4502, "disconnect 4502: banned: banned by a moderator"),
        (ChatError::TooFast { most: 3 }, 429, "error 429: slow down: more than 3 a minute"),
        (ChatError::Store(io::Error::other("gone")), 100, "internal failure: the store failed: gone"),
        (ChatError::Bank(BankError { missing: 5 }), 402, "error 402: pay first: no money for it: 5 are missing"),
        (ChatError::Number(parse()), 100, "internal failure: invalid digit found in string"),
    ] {
        let reject = generic(error);
        assert_eq!((code(&reject), &*reject.to_string()), (expected, text));
        assert!(reject.cause().is_some_and(<dyn Error + Send + Sync>::is::<ChatError>), "{reject}");
    }
    assert!(generic(ChatError::TooFast { most: 3 }).error().unwrap().is_temporary());
}

#[test]
fn the_question_mark_works_from_the_cause_to_the_refusal() {
    fn store() -> Result<(), ChatError> {
        Err(io::Error::other("gone"))?
    }
    fn pay() -> Result<(), ChatError> {
        Err(BankError { missing: 1 })?
    }
    fn handler(fail: fn() -> Result<(), ChatError>) -> Result<(), Reject> {
        fail()?;
        Ok(())
    }
    fn plain() -> Result<(), Reject> {
        Err(DiskFull)?
    }
    assert!(handler(store).unwrap_err().is_internal());
    assert_eq!(code(&handler(pay).unwrap_err()), 402);
    assert!(plain().unwrap_err().is_internal());
    assert_eq!(plain().unwrap_err().to_string(), "internal failure: disk full");
}

#[test]
fn a_boxed_or_shared_error_has_the_refusal_of_the_error() {
    for reject in [generic(Box::new(ChatError::Banned)), generic(Arc::new(ChatError::Banned)), with(ChatError::Banned)] {
        assert_eq!(reject.to_string(), "disconnect 4502: banned: banned by a moderator");
    }
}

#[test]
fn an_error_that_wraps_another_has_its_own_refusal() {
    let reject = generic(Wrapper(ChatError::Banned));
    assert!(reject.is_internal());
    assert_eq!(reject.to_string(), "internal failure: while chatting: banned by a moderator");
}

#[test]
fn a_struct_and_a_function_make_refusals() {
    assert_eq!(generic(BankError { missing: 2 }).to_string(), "error 402: pay first: 2 are missing");
    assert_eq!(generic(Quota { used: 60 }).to_string(), "error 429: 40 more: used 60");
}

#[test]
fn the_fields_of_a_type_that_is_no_standard_error_are_the_cause() {
    let parse = || "x".parse::<u32>().unwrap_err();
    for (error, expected, text) in [
        (Plain::NotMember(RoomId(7)), 403, "error 403: not a member: room 7"),
        (
            Plain::NoRoom { name: "attic", limit: Limit { times: 2 } },
            404,
            "error 404: no such room: name: attic, limit: Limit { times: 2 }",
        ),
        (Plain::Closed, 410, "error 410: closed"),
        (Plain::Long(Secret), 413, "error 413: too long: a secret"),
        (Plain::Number(parse()), 100, "internal failure: invalid digit found in string"),
        (Plain::Broken, 100, "internal failure: Plain::Broken"),
        (Plain::Passed(Disconnect::new(4503, "later")), 4503, "disconnect 4503: later: disconnect 4503: later"),
    ] {
        let reject = with(error);
        assert_eq!((code(&reject), &*reject.to_string()), (expected, text));
    }
    assert!(with(Plain::Closed).cause().is_none());
    assert!(with(Plain::Number(parse())).cause().is_some_and(<dyn Error + Send + Sync>::is::<ParseIntError>));
}

#[test]
fn a_type_may_stand_in_a_function_and_have_values_without_debug() {
    struct Unwritten;

    #[derive(Reject)]
    enum Local {
        #[reject(403, "no")]
        No(Unwritten),
    }

    let text = with(Local::No(Unwritten)).to_string();
    assert!(text.starts_with("error 403: no: a `reject::") && text.ends_with("neither `Display` nor `Debug`"), "{text}");
}

#[test]
fn attributes_that_a_macro_writes_are_read_as_if_by_hand() {
    macro_rules! errors {
        ($name:ident { $($variant:ident = $code:literal $text:expr),* }) => {
            #[derive(Debug, thiserror::Error, Reject)]
            enum $name {
                $(#[error($text)] #[reject($code, $text)] $variant),*
            }
        };
    }
    errors!(Written { Gone = 410 "gone", Full = 413 "full" });
    assert_eq!(generic(Written::Gone).to_string(), "error 410: gone: gone");
    assert_eq!(code(&generic(Written::Full)), 413);
}

#[test]
fn handlers_return_the_error_itself() {
    assert_eq!(code(&IntoReject::<Rpc>::into_reject(ChatError::Banned)), 4502);
    assert_eq!(code(&IntoReject::<Rpc>::into_reject(Plain::Closed)), 410);
    assert!(IntoReject::<Rpc>::into_reject(DiskFull).is_internal());
}

#[test]
fn a_refusal_where_centrifugo_reads_none_is_an_internal_failure() {
    let internal = IntoReject::<Refresh>::into_reject(ChatError::Store(io::Error::other("gone")));
    assert_eq!(internal.to_string(), "internal failure: the store failed: gone");
    let unread = "not sent, as Centrifugo reads no refusal of refresh, sub_refresh and cache_empty";
    for (reject, expected) in [
        (
            IntoReject::<Refresh>::into_reject(ChatError::NotMember(RoomId(7))),
            format!("internal failure: error 403: not a member: {unread}: ann is not a member of room 7"),
        ),
        (IntoReject::<Refresh>::into_reject(Plain::Closed), format!("internal failure: error 410: closed: {unread}")),
    ] {
        assert!(reject.is_internal());
        assert_eq!(reject.to_string(), expected);
    }
}

#[test]
fn the_question_mark_works_where_only_internal_failures_are_errors() {
    fn refresh(fail: bool) -> Result<(), Internal> {
        let failed: Result<(), Plain> = if fail { Err(Plain::Broken) } else { Ok(()) };
        failed?;
        Err(ChatError::Store(io::Error::other("gone")))?
    }
    assert_eq!(refresh(true).unwrap_err().to_string(), "Plain::Broken");
    assert_eq!(refresh(false).unwrap_err().to_string(), "the store failed: gone");
}
