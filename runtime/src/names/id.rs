//! Users, connections, channels and keys, each with a type of its own.

use std::fmt;
use std::ops::Deref;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        pub struct $name(String);

        impl $name {
            #[doc = concat!("Creates a `", stringify!($name), "` from a string, for tests and for the app's own calls.")]
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// Returns the string.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Returns the string without a copy.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        impl PartialEq<String> for $name {
            fn eq(&self, other: &String) -> bool {
                self.0 == *other
            }
        }
    };
}

id! {
    /// The user of a connection, as the app's `connect` handler (or a token) identified it. Empty for an anonymous
    /// connection.
    ///
    /// Centrifugo vouches for it, not the client. It deliberately has no `FromStr`, so it can't be a placeholder's type: in
    /// `#[topic("user.<user>")]`, an argument `user: UserId` would hold a part of the channel, and a comparison with it
    /// would prove nothing.
    UserId
}

id! {
    /// The id of a client's connection: a UUID that Centrifugo generates.
    ClientId
}

id! {
    /// The channel of an event, with its namespace: `chat:lobby`.
    Channel
}

id! {
    /// The key of a map channel, as the client sent it: any string, even an empty one.
    Key
}

impl UserId {
    /// Whether the connection is anonymous: the id is empty.
    pub fn is_anonymous(&self) -> bool {
        self.0.is_empty()
    }
}
