//! Failures of handlers: what the log, the error handler and the client receive.

mod after_the_reply;
mod canaries;
mod deadlines;
mod domain_errors;
mod log_injection;
mod overload;
