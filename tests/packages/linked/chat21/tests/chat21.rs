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

#[test]
fn the_start_refuses_what_two_crates_claim() {
    chat21::linked();
    let error = centrifugo::App::new().into_service().expect_err("two of each").to_string();
    assert_eq!(error.matches("is handled twice").count(), 2, "{error}");
}
