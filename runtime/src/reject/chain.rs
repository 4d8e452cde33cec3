//! Causes of refusals, and how they are logged.

use std::error::Error as StdError;
use std::fmt;

use crate::reject::unquoted::Unquoted;

/// The cause of a refusal: any error or text.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// An error and its sources, written in one line. Errors of serde_json quote private values, and are written without them.
pub(crate) struct Chain<'e>(pub(crate) &'e (dyn StdError + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            f.write_str(": ")?;
            write(f, error)?;
            source = error.source();
        }
        Ok(())
    }
}

fn write(f: &mut fmt::Formatter<'_>, error: &(dyn StdError + 'static)) -> fmt::Result {
    match error.downcast_ref() {
        Some(error) => write!(f, "{}", Unquoted(error)),
        None => write!(f, "{error}"),
    }
}
