use chat21 as _;

#[centrifugo::rpc("ping/<id>")]
async fn ping(id: u64) -> u64 {
    id
}

#[test]
fn a_crate_that_is_imported_has_its_handlers_in_the_app() {
    let error = centrifugo::App::new().into_service().expect_err("two of one").to_string();
    assert!(error.contains("is handled twice") && error.contains("src/lib.rs"), "{error}");
}
