//! Differences between versions of the compiler.

use std::collections::VecDeque;

/// Whether the compiler warns of code after a value of an uninhabited type, which remains of an extractor that never waits.
/// Rust 1.89 warns, and 1.95 does not. Versions in between count as warning: an `allow` that is not needed only affects a
/// crate that forbids the lint.
#[allow(unstable_name_collisions, clippy::incompatible_msrv, reason = "it distinguishes the compilers")]
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
