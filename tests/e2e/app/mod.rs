//! An app around its handlers: health, interceptors, metrics, reflection, the test kit, TLS, traces, its Unix socket, and
//! its stop.

mod health;
mod interceptors;
mod metrics;
mod reflection;
mod serving;
mod stop;
mod strangers;
mod test_kit;
mod tls;
mod traces;
mod unix;
