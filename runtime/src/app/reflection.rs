//! Reflection, as the operator and the app switch it on.

use super::App;
use super::operator::{Operator, REFLECTION};
use crate::error::Conflict;

impl App {
    /// Describes the services of the app's own server to tools such as grpcurl, which call them without the `.proto` files
    /// then. `PROXY_REFLECTION=1` in the environment does the same, and `PROXY_REFLECTION=0` the opposite: the environment
    /// takes precedence. Needs the feature `reflection`.
    ///
    /// It needs the [secret](Self::secret), as every call does. [`operations`](crate::operations#reflection) describes its
    /// use.
    #[cfg(feature = "reflection")]
    pub fn reflection(mut self) -> Self {
        self.has_reflection = true;
        self
    }

    /// Whether the app has reflection, by the operator's setting or its own.
    pub(super) fn shows_schema(&self, operator: &Operator) -> bool {
        operator.get(&REFLECTION).map_or(self.has_reflection, |_| operator.is_on(&REFLECTION))
    }

    /// The conflict of a setting that would have no effect.
    pub(super) fn check_reflection(operator: &Operator) -> Option<Conflict> {
        let given = operator.get(&REFLECTION).filter(|_| operator.is_on(&REFLECTION) && !cfg!(feature = "reflection"))?;
        let fault = "can't be `1`: enable the feature `reflection` of the crate `centrifugo`, or remove the setting";
        Some(Conflict::Setting { setting: given.name(), fault: fault.to_owned() })
    }
}
