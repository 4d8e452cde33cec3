//! A handler bound to the values of its placeholders. What is compiled of it depends on their types alone, so handlers with
//! the same types share it.

use crate::event::Event;
use crate::handler::bound::{Bound, ReplyFuture};
use crate::handler::call::Call;

/// A list of values that were read from the placeholders, one after the other: `(first, (second, ()))`.
pub trait ReadValues {
    /// The values, if all of them parse.
    type Values: Send + 'static;

    /// Returns all of the values. `None`: one doesn't parse.
    fn all(self) -> Option<Self::Values>;
}

impl ReadValues for () {
    type Values = ();

    fn all(self) -> Option<()> {
        Some(())
    }
}

impl<T: Send + 'static, R: ReadValues> ReadValues for (Option<T>, R) {
    type Values = (T, R::Values);

    fn all(self) -> Option<Self::Values> {
        Some((self.0?, self.1.all()?))
    }
}

/// Binds a handler to its values. `None`: one doesn't parse, so the handler doesn't match.
pub fn bind<R: ReadValues, E: Event>(read: R, run: fn(Call<E>, R::Values) -> ReplyFuture<E>) -> Option<Bound<E>> {
    let values = read.all()?;
    Some(Bound::Closure(Box::new(move |call| run(call, values))))
}
