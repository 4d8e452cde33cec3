//! A connect handler that accepts every client as an anonymous user.
//!
//! Try: `{"id": 1, "connect": {}}`

use centrifugo::Connected;

#[centrifugo::connect]
async fn connect() -> Connected {
    Connected::anonymous()
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
    async fn every_client_connects_without_a_name() {
        let app = TestApp::new(App::new()).expect("an app that can start");
        assert_eq!(app.connect().await.reply().user, "");
    }
}
