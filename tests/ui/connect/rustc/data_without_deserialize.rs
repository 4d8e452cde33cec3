struct Auth;

#[centrifugo::connect]
async fn connect(_auth: centrifugo::Data<Auth>) -> centrifugo::Connected {
    centrifugo::Connected::anonymous()
}

fn main() {}
