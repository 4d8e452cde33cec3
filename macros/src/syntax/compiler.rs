//! The compiler that runs the macros: the crate that it compiles, by its arguments, and its version.

use std::collections::VecDeque;
use std::env;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::OnceLock;

/// A number of the crate's own, made of its name and of the metadata from cargo. Names alone aren't unique, as a library,
/// its binary and one of its tests may share theirs. `None` where this doesn't run in rustc.
pub(crate) fn this_crate() -> Option<u64> {
    let arguments: Vec<_> = env::args().collect();
    let pairs = || arguments.windows(2).map(|pair| format!("{} {}", pair[0], pair[1]));
    let name = pairs().find(|pair| pair.starts_with("--crate-name "))?;
    let metadata = pairs().find(|pair| pair.starts_with("-C metadata="));
    let metadata = metadata.or_else(|| arguments.iter().find(|argument| argument.contains("metadata=")).cloned())?;
    let mut hasher = DefaultHasher::new();
    (name, metadata).hash(&mut hasher);
    Some(hasher.finish())
}

/// The names of the crate's dependencies. An editor's server has none, and may then show errors that there aren't.
pub(crate) fn dependencies() -> &'static [String] {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    NAMES.get_or_init(|| extern_names(env::args()))
}

/// The names in the arguments `--extern options:name=path`.
fn extern_names(arguments: impl Iterator<Item = String>) -> Vec<String> {
    let mut is_name = false;
    let name = |argument: String| {
        let name = if is_name { Some(argument.as_str()) } else { argument.strip_prefix("--extern=") };
        let name = name.and_then(|name| name.split('=').next()?.rsplit(':').next()).map(str::to_owned);
        is_name = argument == "--extern";
        name
    };
    arguments.filter_map(name).collect()
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_read_from_the_compilers_arguments() {
        let arguments =
            ["rustc", "--extern", "time=/a=b/libtime.rlib", "x", "--extern=priv:uuid=libuuid.rlib", "--extern", "log"];
        assert_eq!(extern_names(arguments.into_iter().map(str::to_owned)), ["time", "uuid", "log"]);
    }
}
