//! The messages of Centrifugo's protocols, generated from their schemas: `client` is what clients send and receive, `proxy` what
//! the app receives and returns.

#[allow(dead_code, missing_docs, reason = "generated: messages of transports that the engine hasn't")]
pub(crate) mod client;
#[allow(dead_code, missing_docs, reason = "generated: fields that only Centrifugo PRO uses")]
pub(crate) mod proxy;
