#[centrifugo::sub_refresh(lenient)]
async fn still() -> centrifugo::SubRefreshed {
    centrifugo::SubRefreshed::never_expires()
}

fn main() {}
