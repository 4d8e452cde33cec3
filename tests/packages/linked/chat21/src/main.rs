use chat21::channels::User;

#[centrifugo::rpc("ping/<id>")]
async fn ping(id: u64) -> u64 {
    id
}

#[centrifugo::error_handler]
async fn report(failure: centrifugo::Failure) {
    drop(failure);
}

#[centrifugo::topic(User)]
async fn own(user: User) -> bool {
    user.id == 7
}

fn main() {
    chat21::linked();
}
