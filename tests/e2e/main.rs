//! The crate against the real Centrifugo and its real clients.

mod answer;
mod answers;
mod bad_input;
mod binary;
mod concurrency;
mod connect;
mod forwarded;
mod gzip;
mod http;
mod in_process;
mod interceptor;
mod map;
mod page;
mod poll;
mod pro;
mod publish;
mod publishing;
mod rpc;
mod rust_sdk;
mod stop;
mod stream;
mod subscribe;
mod tls;
mod traps;
mod upstream;
