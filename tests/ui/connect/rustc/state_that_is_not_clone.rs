struct Users;

#[centrifugo::connect]
async fn connect(_users: centrifugo::State<Users>) -> centrifugo::Connected {
    centrifugo::Connected::anonymous()
}

fn main() {}
