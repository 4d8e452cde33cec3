//! Mistakes that don't compile, and their messages: `TRYBUILD=overwrite cargo test -p centrifugo-tests --test ui`
//! rewrites them.
//!
//! `fail` holds our own messages, and `rustc` the compiler's, which change with it.

#[test]
fn each_mistake_is_one_error_where_it_was_made() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    for kind in ["fail", "rustc"] {
        cases.compile_fail(format!("ui/*/{kind}/*.rs"));
    }
}
