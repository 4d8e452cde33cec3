#[centrifugo::sub_refresh("chat:<room>")]
async fn still(rooom: String) -> centrifugo::SubRefreshed {
    drop(rooom);
    centrifugo::SubRefreshed::never_expires()
}

fn main() {}
