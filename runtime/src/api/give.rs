//! The publisher of an app, for its handlers.

use serde_json::json;

use crate::app::App;
use crate::call::Call;
use crate::event::Event;
use crate::extract::Extract;
use crate::needs::Needs;
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
    async fn extract(call: &'c Call<E>) -> Result<Self, Reject> {
        match <Self as Extract<'c, E>>::extract_optional(call).await? {
            Some(publisher) => Ok(publisher),
            None => Err(Reject::internal("the app has no publisher")),
        }
    }

    async fn extract_optional(call: &'c Call<E>) -> Result<Option<Self>, Reject> {
        Ok(call.state::<Self>().cloned())
    }

    fn needs(needs: &mut Needs) {
        needs.state::<Self>();
    }
}
