//! An app around its handlers: health, interceptors, the test kit, TLS, its Unix socket, and its stop.

mod health;
mod interceptors;
mod stop;
mod strangers;
mod test_kit;
mod tls;
mod unix;
