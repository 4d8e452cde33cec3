//! A library that is loaded, with handlers of its own and those of another crate.

#[centrifugo::rpc("ping/<id>.<name..>", ignore_case)]
async fn ping(id: u64, name: String) -> String {
    chat21::linked();
    format!("{id} {name}")
}

#[centrifugo::topic(chat21::channels::User)]
async fn own(user: chat21::channels::User) -> bool {
    user.id == 7
}

#[centrifugo::error_handler]
async fn report(failure: centrifugo::Failure) {
    drop(failure);
}
