mod one {
    #[centrifugo::topic("user.<id>")]
    async fn own(id: u64) -> bool {
        id == 7
    }
}

mod two {
    #[centrifugo::topic("user.<uuid>")]
    async fn own(uuid: String) -> bool {
        uuid.is_empty()
    }
}

fn main() {}
