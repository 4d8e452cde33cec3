//! The publisher of an app, for its handlers.

#![allow(refining_impl_trait, reason = "expansions look at what `extract` returns: see `extract::now`")]

use serde_json::json;

use crate::app::App;
use crate::event::Event;
use crate::extract::{Extract, Now, now};
use crate::handler::call::Call;
use crate::handler::needs::Needs;
use crate::reject::Reject;

use super::publisher::Publisher;

impl App {
    /// The publisher that handlers take as an argument: `publisher: Publisher`.
    ///
    /// The [generated configuration](Self::centrifugo_config) gets its key as `http_api.key`, so whoever may read the one has the other.
    ///
    /// ```
    /// # fn app() -> Result<centrifugo::App, centrifugo::PublisherError> {
    /// let publisher = centrifugo::Publisher::new("http://127.0.0.1:8000/api", "long and random")?;
    /// let app = centrifugo::App::new().publisher(publisher);
    /// # Ok(app)
    /// # }
    /// # app().unwrap();
    /// ```
    pub fn publisher(self, publisher: Publisher) -> Self {
        let key = publisher.key().map(|key| json!({ "http_api": { "key": key } }));
        self.state(publisher).centrifugo(key.unwrap_or_default())
    }
}

/// The publisher given to [`App::publisher`]. An app that hasn't got it, and whose handlers take it, doesn't start.
impl<'c, E: Event> Extract<'c, E> for Publisher {
    fn extract(call: &'c Call<E>) -> Now<'c, E, Self> {
        now(call, |call| match call.state::<Self>() {
            Some(publisher) => Ok(publisher.clone()),
            None => Err(Reject::internal("the app has no publisher")),
        })
    }

    fn extract_optional(call: &'c Call<E>) -> Now<'c, E, Option<Self>> {
        now(call, |call| Ok(call.state::<Self>().cloned()))
    }

    fn needs(needs: &mut Needs) {
        needs.state::<Self>();
    }
}
