//! RPCs that an HTTP service answers.

mod router;
mod routes;
mod upstream;
