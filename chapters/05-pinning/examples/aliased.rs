//! Who else may hold a pointer to what is behind a `&mut`? With Miri:
//! `cargo +nightly miri run -p pinning --example aliased`.

use std::marker::PhantomPinned;
use std::pin::{Pin, pin};

// ANCHOR: aliased
/// A node to which a list points. `P` says whether it may be moved.
struct Node<P> {
    value: u32,
    _pinned: P,
}

/// What a `poll` of its owner does: it looks at its own node.
fn look<P>(node: Pin<&mut Node<P>>) {
    // SAFETY: it is not moved.
    let node = unsafe { node.get_unchecked_mut() };
    node.value += 1;
}

fn listed<P>(marker: P) -> u32 {
    let mut node = pin!(Node { value: 0, _pinned: marker });
    // SAFETY: it is not moved.
    let list: *mut Node<P> = unsafe { node.as_mut().get_unchecked_mut() };
    look(node.as_mut());
    // SAFETY: the node is alive, and nobody else looks at it at this moment.
    unsafe { (*list).value += 1 };
    look(node.as_mut());
    node.value
}

fn main() {
    println!("with PhantomPinned: {}", listed(PhantomPinned));
    println!("without:            {}", listed(()));
}
// ANCHOR_END: aliased
