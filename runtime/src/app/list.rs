//! Lists of handlers and of interceptors, as an app takes them.

/// A list of handlers or interceptors: what the macros [`handlers!`](crate::handlers) and
/// [`interceptors!`](crate::interceptors) return, or any other iterator over references to them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no list of `{T}`s",
    label = "write `handlers![..]` or `interceptors![..]`",
    note = "a function is named by `centrifugo::handlers![ping]` or `centrifugo::interceptors![timed]`"
)]
pub trait ListOf<T: 'static> {
    /// Returns the items, one after the other.
    fn listed(self) -> impl Iterator<Item = &'static T>;
}

#[diagnostic::do_not_recommend]
impl<T: 'static, I: IntoIterator<Item = &'static T>> ListOf<T> for I {
    fn listed(self) -> impl Iterator<Item = &'static T> {
        self.into_iter()
    }
}
