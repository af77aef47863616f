//! A header of 16 bytes, and a future behind it that wants an address that is a multiple of
//! 4,096. Run it under Miri: `cargo +nightly miri run -p recycling --example misplaced`.

use std::alloc::{Layout, alloc};
use std::future::{Ready, ready};
use std::ptr::NonNull;

// ANCHOR: misplaced
/// A page, as a driver of a disk wants it.
#[repr(align(4096))]
struct Page(#[expect(dead_code, reason = "only its size matters")] [u8; 4096]);

/// The header of the first recycler.
struct Header {
    _count: usize,
    _size: usize,
}

fn main() {
    let future = ready(Page([0; 4096]));
    let header = Layout::new::<Header>();
    let size = header.size() + size_of_val(&future);
    let layout = Layout::from_size_align(size, header.align()).expect("a small size");
    // SAFETY: the size is not zero.
    let memory = NonNull::new(unsafe { alloc(layout) }).expect("there is memory");
    // SAFETY: wrong. The future is behind the header, but no code checks the alignment.
    unsafe { memory.cast::<Header>().add(1).cast::<Ready<Page>>().write(future) };
}
// ANCHOR_END: misplaced
