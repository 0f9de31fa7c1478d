//! The macros' specification: programs that must compile and run, and programs that must not, each
//! with the message that a user reads. After a change: `TRYBUILD=overwrite cargo test -p d2l-tests
//! --test ui`, then read the difference.

#[test]
fn pass() {
    trybuild::TestCases::new().pass("ui/pass/*.rs");
}

#[test]
fn fail() {
    trybuild::TestCases::new().compile_fail("ui/fail/*.rs");
}
