//! The endpoint for metrics in builds without the feature `prometheus`: there is none.

use std::io;

use tokio::task::JoinSet;

use crate::error::StartError;
use crate::observe::meter::Meter;
use crate::server::metrics_address::MetricsAddress;

/// An endpoint that can't exist.
pub(crate) enum MetricsEndpoint {}

impl MetricsEndpoint {
    pub(crate) async fn open(address: MetricsAddress) -> Result<Self, StartError> {
        let fault = "the program is built without the feature `prometheus` of the crate `centrifugo`";
        Err(address.failed(io::Error::new(io::ErrorKind::Unsupported, fault)))
    }

    pub(crate) fn meter(&self) -> Meter {
        match *self {}
    }

    pub(crate) fn spawn(self) -> JoinSet<()> {
        match self {}
    }
}
