//! Each event: what its handler receives, and what its client sees.

mod channels;
mod connect;
mod expiry;
mod map;
mod outcomes;
mod pro;
mod publish;
mod rpc;
mod shared_poll;
mod spelling;
mod subscribe;
