struct Id;

#[centrifugo::topic("user.<id>")]
async fn own(id: Id) -> bool {
    drop(id);
    true
}

fn main() {}
