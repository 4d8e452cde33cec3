use centrifugo::Failure;

#[centrifugo::error_handler]
async fn report(failure: Failure) -> String {
    failure.to_string()
}

fn main() {}
