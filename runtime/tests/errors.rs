//! Errors that `main` may return: Rust prints their `Debug` form.

use std::fmt::{Debug, Display};
use std::io;

use centrifugo::{Conflict, Disconnect, ErrorReply, StartError, ToChannel};

fn check(error: &(impl Debug + Display)) {
    let (printed, readable) = (format!("{error:?}"), error.to_string());
    assert_eq!(printed, readable);
}

#[test]
fn what_main_prints_is_the_readable_form() {
    check(&StartError::NoHandlers);
    check(&StartError::Listen { address: ":1".into(), origin: "PROXY_ADDRESS".into(), source: io::Error::other("in use") });
    check(&StartError::Print(io::Error::other("closed")));
    check(&Conflict::Setting { setting: "PROXY_TIMEOUT".into(), fault: "doesn't exist".into() });
    check(&Conflict::Namespace { namespace: "x".into() });
    check(&"".to_channel().expect_err("no channel"));
    check(&ErrorReply::try_new(99, "too low").expect_err("no code"));
    check(&Disconnect::try_new(4501, "").expect_err("no reason"));
    #[cfg(feature = "api")]
    check(&centrifugo::PublisherError::NoKey);
}
