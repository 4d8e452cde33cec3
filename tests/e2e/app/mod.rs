//! An app around its handlers: health, interceptors, metrics, the test kit, TLS, traces, its Unix socket, and its stop.

mod health;
mod interceptors;
mod metrics;
mod serving;
mod stop;
mod strangers;
mod test_kit;
mod tls;
mod traces;
mod unix;
