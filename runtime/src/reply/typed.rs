//! The methods that all replies and publications with a typed channel have.

/// Implements a constructor, `Default` and `Debug` of a reply for the channel `C` by its fields.
macro_rules! typed {
    ($name:ident has $fields:ident) => {
        impl<C> $name<C> {
            pub(crate) fn of(fields: $fields) -> Self {
                Self { fields, channel: ::std::marker::PhantomData }
            }
        }

        impl<C> Default for $name<C> {
            fn default() -> Self {
                Self::of($fields::default())
            }
        }

        impl<C> ::std::fmt::Debug for $name<C> {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                self.fields.fmt(f)
            }
        }
    };
}
pub(crate) use typed;
