//! Real-time features for Rust apps.
