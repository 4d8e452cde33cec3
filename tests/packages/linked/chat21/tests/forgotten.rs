#[centrifugo::rpc("ping/<id>")]
async fn ping(id: u64) -> u64 {
    id
}

#[test]
fn a_crate_that_nothing_names_is_not_linked() {
    assert!(centrifugo::App::new().into_service().is_ok());
}
