//! Requests, by how they travel: headers, compression, many at a time, and malformed ones.

mod concurrency;
mod fast_path;
mod gzip;
mod headers;
mod malformed;
mod rotation;
mod secret;
