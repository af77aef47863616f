//! A list has a pointer to a node, and the node's owner has a `&mut` to it. Run
//! it under Miri: `cargo +nightly miri run -p pinning --example aliased`.

use std::marker::PhantomPinned;
use std::pin::{Pin, pin};

// ANCHOR: aliased
/// A node to which a list points. It is `Unpin` if `P` is.
struct Node<P> {
    value: u32,
    _pinned: P,
}

/// Uses the node as its owner's `poll` would.
fn look<P>(node: Pin<&mut Node<P>>) {
    // SAFETY: the node is not moved.
    let node = unsafe { node.get_unchecked_mut() };
    node.value += 1;
}

fn listed<P>(marker: P) -> u32 {
    let mut node = pin!(Node { value: 0, _pinned: marker });
    // SAFETY: the node is not moved.
    let list: *mut Node<P> = unsafe { node.as_mut().get_unchecked_mut() };
    look(node.as_mut());
    // SAFETY: the node is alive, and no other code uses it at this moment.
    unsafe { (*list).value += 1 };
    look(node.as_mut());
    node.value
}

fn main() {
    println!("with PhantomPinned: {}", listed(PhantomPinned));
    println!("without:            {}", listed(()));
}
// ANCHOR_END: aliased
