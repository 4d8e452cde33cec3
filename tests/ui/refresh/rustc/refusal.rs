#[centrifugo::refresh]
async fn refresh() -> Result<centrifugo::Refreshed, centrifugo::ErrorReply> {
    Err(centrifugo::ErrorReply::PERMISSION_DENIED)
}

fn main() {}
