//! Options of a namespace that one subscription overrides: the app, a token or the server API does.

use serde::{Deserialize, Deserializer};

/// The options that are overridden. `None`: as the namespace has it.
///
/// It is read from tokens, where each is `{"value": true}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Overrides {
    #[serde(deserialize_with = "wrapped")]
    pub(crate) presence: Option<bool>,
    #[serde(deserialize_with = "wrapped")]
    pub(crate) join_leave: Option<bool>,
    #[serde(deserialize_with = "wrapped")]
    pub(crate) force_push_join_leave: Option<bool>,
    #[serde(deserialize_with = "wrapped")]
    pub(crate) force_positioning: Option<bool>,
    #[serde(deserialize_with = "wrapped")]
    pub(crate) force_recovery: Option<bool>,
}

/// `{"value": true}`, of which `value` may be absent; `null` is absent.
fn wrapped<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    #[derive(Deserialize)]
    struct Wrapper {
        #[serde(default)]
        value: Option<bool>,
    }
    Ok(Option::<Wrapper>::deserialize(deserializer)?.map(|wrapper| wrapper.value.unwrap_or_default()))
}
