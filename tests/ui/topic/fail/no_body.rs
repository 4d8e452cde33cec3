trait Topics {
    #[centrifugo::topic("user")]
    async fn user();
}

fn main() {}
