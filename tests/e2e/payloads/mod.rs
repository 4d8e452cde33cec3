//! Payloads: JSON, and bytes.

mod binary;
mod json;
