//! What doesn't compile, and what it says: `TRYBUILD=overwrite cargo test -p centrifugo-tests --test ui` writes it down again.
//!
//! `fail` holds our own messages, `rustc` the compiler's, which change with it, and `duplicate` what only shows when a program is built.

#[test]
fn each_mistake_is_told_once_where_it_was_made() {
    let cases = trybuild::TestCases::new();
    // A case that passes makes trybuild build all of them, instead of checking only: duplicates show then.
    cases.pass("ui/pass/*.rs");
    for kind in ["fail", "rustc", "duplicate"] {
        cases.compile_fail(format!("ui/*/{kind}/*.rs"));
    }
}
