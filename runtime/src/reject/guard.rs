//! A guard against panics in the app's code: a panic fails one call, and nothing else.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::reject::Reject;

/// A panic, as the cause of an internal failure.
#[derive(Debug, thiserror::Error)]
#[error("panicked: {0}")]
pub(crate) struct Panicked(String);

/// Runs the app's code: a handler's future, a `Display`, a `Drop`. `Err`: it panicked.
#[inline]
pub(crate) fn guard<T>(work: impl FnOnce() -> T) -> Result<T, Reject> {
    catch_unwind(AssertUnwindSafe(work)).map_err(panicked)
}

/// Converts a panic to an internal failure.
pub(crate) fn panicked(panic: Box<dyn Any + Send>) -> Reject {
    let message = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let message = message.unwrap_or("with a value that is no text").to_owned();
    // The value may be anything, and its `Drop` may panic, too.
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        mem::forget(second);
    }
    Reject::internal(Panicked(message))
}

#[cfg(test)]
mod tests {
    use std::panic::panic_any;

    use super::*;

    /// Panics when it is dropped.
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    #[test]
    fn a_panic_is_a_failure_with_its_text() {
        let failure = |work: fn()| guard(work).unwrap_err().to_string();
        assert_eq!(failure(|| panic!("on purpose")), "internal failure: panicked: on purpose");
        assert_eq!(failure(|| drop(Bomb)), "internal failure: panicked: dropped");
        assert_eq!(failure(|| panic_any(1)), "internal failure: panicked: with a value that is no text");
        assert_eq!(failure(|| panic_any(Bomb)), "internal failure: panicked: with a value that is no text");
        assert_eq!(guard(|| 1).unwrap(), 1);
    }
}
