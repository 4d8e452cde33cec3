//! Patterns with an optional tail, and patterns that ignore case.
//!
//! Try, after `{"id": 1, "connect": {}}`:
//!
//! * `{"id": 2, "subscribe": {"channel": "order.12"}}`: `data` in the reply is `"order 12"`;
//! * `{"id": 3, "subscribe": {"channel": "order.12.items.3"}}`: `"item 3 of order 12"`;
//! * `{"id": 4, "subscribe": {"channel": "order.12.items"}}`: error 403, a part of the tail;
//! * `{"id": 5, "subscribe": {"channel": "WEATHER.oslo"}}`: `"weather of oslo"`; without `ignore_case`, error 403.

use centrifugo::{Connected, Subscribed, topic};

#[centrifugo::connect]
async fn connect() -> Connected {
    Connected::anonymous()
}

/// The part in `[..]` is present as a whole or absent, so its placeholders are `Option`s.
#[topic("order.<id>[.items.<item>]")]
async fn order(id: u64, item: Option<u64>) -> Subscribed {
    Subscribed::new().data(&match item {
        Some(item) => format!("item {item} of order {id}"),
        None => format!("order {id}"),
    })
}

/// Matches the pattern's text in any case; the placeholder has the client's spelling. For Centrifugo these are different
/// channels.
#[topic("weather.<city>", ignore_case)]
async fn weather(city: String) -> Subscribed {
    Subscribed::new().data(&format!("weather of {city}"))
}

#[tokio::main]
async fn main() -> Result<(), centrifugo::StartError> {
    centrifugo::run().await
}

#[cfg(test)]
mod tests {
    use centrifugo::App;
    use centrifugo::testing::TestApp;

    #[tokio::test]
    async fn a_tail_is_present_as_a_whole_or_absent() {
        let app = TestApp::new(App::new()).expect("an app that can start");
        assert_eq!(app.subscribe("order.12").await.data::<String>(), "order 12");
        assert_eq!(app.subscribe("order.12.items.3").await.data::<String>(), "item 3 of order 12");
        for channel in ["order.12.items", "order.12.items.", "order.", "ORDER.12"] {
            assert_eq!(app.subscribe(channel).await.error().code(), 403, "{channel}");
        }
    }

    #[tokio::test]
    async fn case_is_ignored_with_the_flag() {
        let app = TestApp::new(App::new()).expect("an app that can start");
        for channel in ["weather.Oslo", "WEATHER.Oslo", "Weather.Oslo"] {
            assert_eq!(app.subscribe(channel).await.data::<String>(), "weather of Oslo");
        }
    }
}
