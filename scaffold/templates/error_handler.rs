/// Receives every internal failure and every panic. The client receives "internal server error".
#[centrifugo::error_handler]
async fn error_handler(failure: centrifugo::Failure) {
    eprintln!("{failure}");
}
