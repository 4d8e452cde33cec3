//! Centrifugo's configuration, as the app's handlers require it.
//!
//! `generate` builds it: `proxies` has the options of the proxies, `namespaces` and `open_namespaces` find the namespaces in
//! which events are switched on, `namespace_types` has the options of a namespace of streams, maps or shared polls, and
//! `subscription_type` the rules about these types. `proxy_timeout` reads from it how long Centrifugo waits.

mod generate;
mod merge;
mod namespace_types;
mod namespaces;
mod open_namespaces;
mod proxies;
pub(crate) mod proxy_timeout;
pub(crate) mod subscription_type;

use serde_json::Value;

pub(crate) use self::generate::generate;
#[cfg(feature = "tls")]
pub(crate) use self::merge::merge;
pub(crate) use self::merge::nested;
pub(crate) use self::namespaces::literal_namespaces;
use crate::dispatch::secret::Secret;
use crate::registry::Registry;

/// The settings of [`App`](crate::App) that the configuration contains, beyond what its handlers imply.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) http_headers: Vec<String>,
    pub(crate) emulated_headers: Vec<String>,
    pub(crate) namespaces: Vec<String>,
    /// The patterns of typed channels.
    pub(crate) channels: Vec<&'static str>,
    pub(crate) rpc_namespaces: Vec<&'static str>,
    /// Settings that `App::centrifugo` merges, in the order of its calls.
    pub(crate) custom: Vec<Value>,
}

impl Settings {
    /// The value that `App::centrifugo` sets at this place, if it does; the last one counts.
    pub(crate) fn custom(&self, pointer: &str) -> Option<&Value> {
        self.custom.iter().rev().find_map(|custom| custom.pointer(pointer))
    }
}

/// The input of [`generate`], kept by a server for later calls with its address.
pub(crate) struct Config {
    pub(crate) registry: Registry,
    pub(crate) settings: Settings,
    pub(crate) secret: Option<Secret>,
    /// `grpc.tls` of each proxy.
    pub(crate) tls: Option<Value>,
}

impl Config {
    pub(crate) fn generate(&self, endpoint: &str) -> Value {
        generate(&self.registry, &self.settings, self.secret.as_ref(), self.tls.as_ref(), endpoint)
    }
}
