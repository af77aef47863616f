//! A function that decodes a message from the bytes so far, and starts again
//! from the first byte each time another one arrives.

use std::cell::Cell;

// ANCHOR: decode
/// Decodes a message, or returns `None` if bytes are missing.
fn decode(bytes: &Counted) -> Option<(u8, Vec<u8>)> {
    let kind = bytes.get(0)?;
    let len = bytes.get(1)?;
    let body: Option<Vec<u8>> =
        (0..usize::from(len)).map(|at| bytes.get(2 + at)).collect();
    Some((kind, body?))
}
// ANCHOR_END: decode

/// The bytes that have arrived. Counts how often one of them is read.
#[derive(Default)]
struct Counted {
    bytes: Vec<u8>,
    reads: Cell<u64>,
}

impl Counted {
    fn get(&self, at: usize) -> Option<u8> {
        self.reads.set(self.reads.get() + 1);
        self.bytes.get(at).copied()
    }
}

/// Calls `decode` after each byte of a message with `len` bytes of body.
fn arrives_in_single_bytes(len: u8) {
    let mut received = Counted::default();
    let message = [1, len].into_iter().chain((0..len).map(|_| 7));
    for byte in message {
        received.bytes.push(byte);
        if decode(&received).is_some() {
            break;
        }
    }
    println!(
        "a message of {:3} bytes: {:6} reads",
        received.bytes.len(),
        received.reads.get()
    );
}

fn main() {
    for len in [4, 40, 250] {
        arrives_in_single_bytes(len);
    }
}
