struct Topics;

impl Topics {
    #[centrifugo::topic("news")]
    async fn news(&self) -> bool {
        true
    }
}

fn main() {}
