//! The messages of the compiler for programs that must not compile. They depend on the version of the
//! compiler, and the test builds the crate once more. So only `.ci/run refused` runs it. This writes
//! the messages again:
//!
//! ```console
//! $ TRYBUILD=overwrite cargo test -p wakeful-dynamic --test messages -- --ignored
//! ```
#![cfg(not(miri))]

#[test]
#[ignore = "it builds the crate again, and `.ci/run refused` runs it"]
fn the_messages_say_what_to_do() {
    trybuild::TestCases::new().compile_fail("tests/messages/*.rs");
}
