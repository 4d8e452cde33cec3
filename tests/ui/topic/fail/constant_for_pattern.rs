const NEWS_PATTERN: &str = "news";

#[centrifugo::topic(NEWS_PATTERN)]
async fn news() -> bool {
    true
}

fn main() {}
