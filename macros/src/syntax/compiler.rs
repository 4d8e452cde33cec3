//! What differs between compilers.

use std::collections::VecDeque;

/// Whether the compiler warns of code behind a value that there can't be, as what is left of an extractor that never waits.
/// Rust 1.95 doesn't, and 1.89 does; in between it is taken to, as allowing it for nothing harms nobody but a crate that
/// forbids to allow it.
#[allow(unstable_name_collisions, clippy::incompatible_msrv, reason = "that is how compilers are told apart")]
pub(crate) fn warns_of_unreachable_code() -> bool {
    VecDeque::from([()]).pop_front_if(|()| true).is_none()
}

/// The method of a `VecDeque`, which takes precedence since Rust 1.93.
trait PopFrontIf: Sized {
    #[allow(dead_code, reason = "newer compilers never call it")]
    fn pop_front_if(&mut self, _: impl FnOnce(&mut ()) -> bool) -> Option<()> {
        None
    }
}

impl PopFrontIf for VecDeque<()> {}
