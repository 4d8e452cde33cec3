struct Id;

#[centrifugo::topic("user[.<id>]")]
async fn own(id: Option<Id>) -> bool {
    id.is_none()
}

fn main() {}
