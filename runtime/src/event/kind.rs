//! The kinds of events, generated from the list.

use std::fmt;

use super::facts::Facts;
use super::sealed::Sealed;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $arguments:tt -> $result:ident: $kind:ident($event:ident) $shape:ident $types:tt;)*) => {
        /// The kind of an event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// All kinds, in the order of a connection's life.
            pub const ALL: [Self; [$(Self::$kind),*].len()] = [$(Self::$kind),*];

            /// Returns the name: that of the event's attribute, such as `sub_refresh`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => stringify!($name),)*
                }
            }

            /// The event's facts.
            pub(crate) const fn facts(self) -> &'static Facts {
                match self {
                    $(Self::$kind => &<super::$event as Sealed>::FACTS,)*
                }
            }
        }
    };
}

for_each_event!(kinds);

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
