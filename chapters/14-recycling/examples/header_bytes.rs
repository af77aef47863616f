//! What each version asks the allocator for: `cargo run -p recycling --example header_bytes`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::ready;

use recycling::handles::ThinFuture;
use recycling::{boxed, counted, layouts, packed, slot::Slot};

thread_local! {
    static LAST: Cell<Layout> = const { Cell::new(Layout::new::<()>()) };
}

/// Remembers the layout of the last allocation.
struct Remembering;

// SAFETY: everything is forwarded to the allocator of the system.
unsafe impl GlobalAlloc for Remembering {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LAST.set(layout);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Remembering = Remembering;

#[derive(Clone, Copy)]
#[repr(align(64))]
struct Vector(#[expect(dead_code, reason = "only its size matters")] [u8; 64]);

/// Prints how many bytes more than the future each version allocates.
fn row<V: Copy>(name: &str, value: V, counts: bool) {
    let future = || ready(value);
    let size = size_of_val(&future());
    let more = |call: &dyn Fn()| {
        call();
        LAST.get().size() - size
    };
    let counted = if counts {
        more(&|| drop(counted::Recycler::default().fill(future()))).to_string()
    } else {
        "refused".to_owned()
    };
    println!(
        "{name:<22}{size:>5}{:>7}{counted:>9}{:>8}{:>9}{:>6}{:>6}",
        more(&|| drop(boxed(future()))),
        more(&|| drop(packed::Recycler::default().fill(future()))),
        more(&|| drop(layouts::Recycler::default().fill(future()))),
        more(&|| drop(Slot::default().fill(future))),
        more(&|| drop(ThinFuture::new(future()))),
    );
}

fn main() {
    println!(
        "{:<22}{:>5}{:>7}{:>9}{:>8}{:>9}{:>6}{:>6}",
        "alignment", "size", "boxed", "counted", "packed", "layouts", "slot", "thin"
    );
    row("1, as of a byte", 7_u8, true);
    row("4, as of a number", 7_u32, true);
    row("8, as of a reference", [7_u64; 4], true);
    row("64, as for AVX-512", Vector([0; 64]), false);
    println!();
    println!(
        "words of the recycler {:>21}{:>8}{:>9}{:>6}",
        words::<counted::Recycler>(),
        words::<packed::Recycler>(),
        words::<layouts::Recycler>(),
        words::<Slot>()
    );
}

fn words<M>() -> usize {
    size_of::<M>() / size_of::<usize>()
}
