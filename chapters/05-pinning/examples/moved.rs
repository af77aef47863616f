//! A future is moved out of its box in the middle of its work. It seems to work,
//! but Miri finds the error: `cargo +nightly miri run -p pinning --example moved`.

mod letter;

use letter::{finish, poll, read_out};

fn main() {
    // ANCHOR: moved
    let mut moved = {
        let mut boxed = Box::new(read_out(*b"buy milk"));
        let _ = poll(&mut *boxed);
        *boxed
    };
    println!("{}", finish(&mut moved));
    // ANCHOR_END: moved
}
