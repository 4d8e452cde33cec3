//! RPC handlers: one without data, one with data, and one whose method is a pattern.
//!
//! Try, after `{"id": 1, "connect": {}}`:
//!
//! * `{"id": 2, "rpc": {"method": "ping"}}`: `"pong"`;
//! * `{"id": 3, "rpc": {"method": "sum", "data": [1, 2, 3]}}`: `6`;
//! * `{"id": 4, "rpc": {"method": "sum", "data": "one"}}`: error 400 "bad request"; the app's log has the cause;
//! * `{"id": 5, "rpc": {"method": "square/12"}}`: `144`;
//! * `{"id": 6, "rpc": {"method": "square/x"}}`: error 404 "method not found".

use centrifugo::{Connected, Data, ErrorReply, rpc};

const OVERFLOW: ErrorReply = ErrorReply::new(422, "the sum is too large");

#[centrifugo::connect]
async fn connect() -> Connected {
    Connected::anonymous()
}

#[rpc("ping")]
async fn ping() -> &'static str {
    "pong"
}

#[rpc("sum")]
async fn sum(Data(numbers): Data<Vec<i64>>) -> Result<i64, ErrorReply> {
    numbers.into_iter().try_fold(0, i64::checked_add).ok_or(OVERFLOW)
}

#[rpc("square/<n>")]
async fn square(n: i32) -> i64 {
    i64::from(n) * i64::from(n)
}

#[tokio::main]
async fn main() -> Result<(), centrifugo::StartError> {
    centrifugo::run().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use centrifugo::App;
    use centrifugo::testing::TestApp;
    use serde_json::json;

    #[tokio::test]
    async fn methods_are_found_by_their_patterns() {
        let app = TestApp::new(App::new()).expect("an app that can start");
        assert_eq!(app.rpc("ping").await.data::<String>(), "pong");
        assert_eq!(app.rpc("square/12").await.data::<i64>(), 144);
        assert_eq!(app.rpc("square/x").await.error(), &ErrorReply::METHOD_NOT_FOUND);
        assert_eq!(app.rpc("sum").data(json!("one")).await.error().code(), 400);
    }

    #[tokio::test]
    async fn a_ping_returns_pong() {
        assert_eq!(ping().await, "pong");
    }

    #[tokio::test]
    async fn a_sum_that_overflows_is_refused() {
        assert_eq!(sum(Data(vec![1, 2, 3])).await, Ok(6));
        assert_eq!(sum(Data(vec![i64::MAX, 1])).await, Err(OVERFLOW));
    }

    #[tokio::test]
    async fn the_square_of_the_least_number_fits() {
        assert_eq!(square(i32::MIN).await, 1 << 62);
    }
}
