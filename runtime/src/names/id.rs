//! Who and where: the names that every event is about.

use std::fmt;
use std::ops::Deref;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        pub struct $name(String);

        impl $name {
            #[doc = concat!("A `", stringify!($name), "` from its text, for tests and for calls made by the application.")]
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, without a copy.
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
    /// The user that a connection belongs to, as the application's `connect` handler (or a token) named it. Empty: anonymous.
    ///
    /// It is Centrifugo's word, not the client's. It is deliberately no placeholder type (no `FromStr`): in
    /// `#[topic("user.<user>")]` an argument `user: UserId` would hold the channel's text, and comparing it would prove nothing.
    UserId
}

id! {
    /// One connection of a client: a UUID that Centrifugo made.
    ClientId
}

id! {
    /// The channel that an event is about, with its namespace: `chat:lobby`.
    Channel
}

id! {
    /// The key of a map channel that an event is about, as the client sent it: any text, even an empty one.
    Key
}

impl UserId {
    /// Whether the connection belongs to nobody.
    pub fn is_anonymous(&self) -> bool {
        self.0.is_empty()
    }
}
