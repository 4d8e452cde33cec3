//! The two events of Centrifugo PRO: `cache_empty` fills a cache, `channel_state` tracks which channels have subscribers.
//!
//! The open-source Centrifugo doesn't send them, so there is nothing to try; the tests below call the handlers as PRO does.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use centrifugo::{ChannelChange, ChannelState, State};

/// The topics whose channels have subscribers.
#[derive(Clone, Default)]
struct Watched(Arc<Mutex<HashSet<String>>>);

/// Returns whether it filled the cache. A real app publishes by the server API here, as the example `broadcast` does.
#[centrifugo::cache_empty("news:<topic>")]
async fn fill(topic: String) -> bool {
    topic == "sports"
}

#[centrifugo::channel_state("news:<topic>")]
async fn watch(topic: String, state: ChannelState, State(watched): State<Watched>) {
    let mut watched = watched.0.lock().unwrap_or_else(PoisonError::into_inner);
    match state.change {
        ChannelChange::Occupied => watched.insert(topic),
        ChannelChange::Vacated => watched.remove(&topic),
        _ => false,
    };
}

#[tokio::main]
async fn main() -> Result<(), centrifugo::StartError> {
    centrifugo::App::new().state(Watched::default()).run().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use centrifugo::testing::TestApp;

    #[tokio::test]
    async fn a_cache_is_filled_for_a_known_topic() {
        let app = TestApp::new(centrifugo::App::new().state(Watched::default())).expect("an app that can start");
        assert!(app.cache_empty("news:sports").await.reply().populated);
        assert!(!app.cache_empty("news:weather").await.reply().populated);
    }

    #[tokio::test]
    async fn a_channel_is_watched_until_it_is_vacated() {
        let watched = Watched::default();
        let app = TestApp::new(centrifugo::App::new().state(watched.clone())).expect("an app that can start");
        for (channel, change) in [
            ("news:a", ChannelChange::Occupied),
            ("news:b", ChannelChange::Occupied),
            ("other:c", ChannelChange::Occupied),
            ("news:a", ChannelChange::Vacated),
        ] {
            app.channel_state(channel, change).await.reply();
        }
        assert_eq!(watched.0.lock().unwrap_or_else(PoisonError::into_inner).iter().collect::<Vec<_>>(), ["b"]);
    }
}
