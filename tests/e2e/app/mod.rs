//! An app around its handlers: interceptors, the test kit, TLS, and its stop.

mod interceptors;
mod stop;
mod test_kit;
mod tls;
