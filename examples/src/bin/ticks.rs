//! Streams: one sends each subscriber prices, the other one replies to what its subscriber publishes.
//!
//! Try:
//!
//! * `{"id": 1, "connect": {}}`
//! * `{"id": 2, "subscribe": {"channel": "ticks:ACME"}}`: a price every half a second;
//! * `{"id": 3, "subscribe": {"channel": "ticks:nothing"}}`: error 404, no such symbol;
//! * `{"id": 4, "subscribe": {"channel": "calculator:mine"}}`, then
//!   `{"id": 5, "publish": {"channel": "calculator:mine", "data": [20, 22]}}`: receives 42.

use std::time::Duration;

use centrifugo::{Connected, ErrorReply, Publication, Publications};
use futures_util::stream::{Stream, StreamExt};
use tokio_stream::wrappers::IntervalStream;

#[centrifugo::connect]
async fn connect() -> Connected {
    Connected::anonymous()
}

#[centrifugo::stream("ticks:<symbol>")]
async fn ticks(symbol: String) -> Result<impl Stream<Item = Publication>, ErrorReply> {
    let mut price: u32 = match symbol.as_str() {
        "ACME" => 100,
        "INITECH" => 20,
        _ => return Err(ErrorReply::NOT_FOUND),
    };
    let times = IntervalStream::new(tokio::time::interval(Duration::from_millis(500)));
    Ok(times.map(move |_| {
        price += 1;
        Publication::new(&price).tag("symbol", symbol.as_str())
    }))
}

/// Receives what the client publishes, so its namespace is bidirectional.
#[centrifugo::stream("calculator:<_>")]
async fn calculator(sums: Publications<(i64, i64)>) -> impl Stream<Item = String> {
    sums.map(|sum| match sum {
        Ok((a, b)) => (a + b).to_string(),
        Err(_) => "two numbers, please".to_owned(),
    })
}

#[tokio::main]
async fn main() -> Result<(), centrifugo::StartError> {
    centrifugo::run().await
}

#[cfg(test)]
mod tests {
    use centrifugo::testing::TestApp;
    use futures_util::stream;

    #[tokio::test]
    async fn prices_rise() {
        let app = TestApp::new(centrifugo::App::new()).expect("an app that can start");
        let mut ticks = app.stream("ticks:ACME").await.into_reply();
        for price in [101, 102] {
            assert_eq!(ticks.next::<u32>().await.expect("a stream that goes on"), Some(price));
        }
        assert_eq!(app.stream("ticks:nothing").await.error().code(), 404);
    }

    #[tokio::test]
    async fn sums_arrive_in_order() {
        let app = TestApp::new(centrifugo::App::new()).expect("an app that can start");
        let sums = stream::iter(["[20, 22]".into(), "\"?\"".into()]);
        let mut results = app.stream("calculator:mine").publications(sums).await.into_reply();
        assert_eq!(results.next::<String>().await.expect("a stream").as_deref(), Some("42"));
        assert_eq!(results.next::<String>().await.expect("a stream").as_deref(), Some("two numbers, please"));
    }
}
