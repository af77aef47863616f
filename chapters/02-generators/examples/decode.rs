//! Resumes a decoder with each byte, and prints its state in between.

use std::pin::Pin;

use generators::CoroutineState::{Complete, Yielded};
use generators::{Coroutine, Decoder};

fn main() {
    let mut decoder = Decoder::Start;
    println!("              {decoder:?}");
    for byte in [7, 2, b'h', b'i', 4] {
        let state = Pin::new(&mut decoder).resume(byte);
        print!("resume({byte:3})   {decoder:?}");
        match state {
            Yielded(missing) => println!(", {missing} missing"),
            Complete(result) => println!(", {result:?}"),
        }
    }
}
