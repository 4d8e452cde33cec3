//! Keys of consumers, which read publications out of a queue.

use super::key::{Key, flag, opaque, text};

pub(super) const CONSUMER: &[Key] = &[
    flag("enabled"),
    text("type", ""),
    opaque("postgresql"),
    opaque("kafka"),
    opaque("nats_jetstream"),
    opaque("redis_stream"),
    opaque("google_pub_sub"),
    opaque("aws_sqs"),
    opaque("azure_service_bus"),
];
