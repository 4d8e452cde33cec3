use centrifugo::Data;

#[centrifugo::rpc("ping/<id>")]
async fn ping(id: u64, _data: Data<Message>) -> u64 {
    id
}

fn main() {}
