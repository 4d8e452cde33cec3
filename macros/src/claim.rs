//! Makes the compiler see what two handlers claim together.
//!
//! Each handler exports a symbol per shape of its pattern, and the compiler refuses two of one name, wherever they
//! stand in the crate. Its error shows nothing but the name: so the name is the message.

use crate::args::Options;
use crate::kind::{Kind, Takes};
use crate::source::Source;

pub(crate) fn symbols(kind: Kind, source: &Source, options: &Options) -> Vec<String> {
    let claimed = format!("two {} of {}", kind.plural(), this_crate());
    match source {
        Source::Any if kind.takes() != Takes::No => vec![escape(&format!("{claimed} without a pattern"))],
        Source::Any => vec![escape(&claimed)],
        Source::Pattern(written) => {
            let shapes = written.pattern.shapes(options.ignore_case.is_some());
            shapes.into_iter().map(|shape| escape(&format!("{claimed} match \"{shape}\""))).collect()
        }
        // Its pattern is known to the type alone: the app compares it when it starts.
        Source::Type(_) => Vec::new(),
    }
}

/// What an error handler claims.
pub(crate) fn error_handler() -> String {
    escape(&format!("two error handlers of {}", this_crate()))
}

/// The crate's name: a binary and the library that it links have handlers of their own.
fn this_crate() -> String {
    let name = std::env::var("CARGO_BIN_NAME").or_else(|_| std::env::var("CARGO_CRATE_NAME"));
    name.unwrap_or_else(|_| "this crate".to_owned())
}

/// A linker takes `@` for the start of a version, and some tools stop at quotes and backslashes.
fn escape(symbol: &str) -> String {
    let mut escaped = String::with_capacity(symbol.len());
    for c in symbol.chars() {
        match c {
            '@' | '\\' | '%' => escaped.push_str(&format!("%{:02X}", u32::from(c))),
            _ => escaped.push(c),
        }
    }
    escaped
}
