mod handlers;

use std::time::Instant;

use centrifugo::App;

#[derive(Clone)]
pub struct Shop {
    pub total: u64,
}

#[tokio::main]
async fn main() -> Result<(), centrifugo::StartError> {
    let app = || App::new().state(Shop { total: 1_000 });
    // The same as `run` does before it listens, as often as the argument states.
    let times = std::env::args().nth(1).and_then(|times| times.parse().ok()).unwrap_or(0);
    for _ in 0..times {
        let began = Instant::now();
        app().into_service()?;
        println!("{}", began.elapsed().as_micros());
    }
    if times > 0 { Ok(()) } else { app().run().await }
}
