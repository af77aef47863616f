//! Two futures are swapped in the middle of their work.

mod letter;

use letter::{finish, poll, read_out};

fn main() {
    // ANCHOR: swapped
    let (mut first, mut second) = (read_out(*b"buy milk"), read_out(*b"sell tea"));
    let _ = (poll(&mut first), poll(&mut second));
    (first, second) = (second, first);
    println!("{}\n{}", finish(&mut first), finish(&mut second));
    // ANCHOR_END: swapped
}
