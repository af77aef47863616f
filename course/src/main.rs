//! `cargo course`: the reader's one command.
fn main() {}
