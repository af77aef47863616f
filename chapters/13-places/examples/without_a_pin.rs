//! An object with room for a future, as one might write it first. A leaked call shows what is
//! wrong. Miri finds it.

use std::cell::{Cell, UnsafeCell};
use std::future::{pending, ready};
use std::mem::{self, MaybeUninit};
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Waker};

use places::DynFuture;

// ANCHOR: room
/// Room in an object. `&mut self` allows only one call at a time, so it has no flag.
#[repr(align(16))]
struct Room(UnsafeCell<[MaybeUninit<u8>; 64]>);

impl Room {
    fn fill<'a, F: Future + 'a>(&'a mut self, future: F) -> DynFuture<'a, F::Output> {
        let memory = NonNull::new(self.0.get().cast()).expect("a field has an address");
        // SAFETY: this is the mistake. It ignores D2, and it checks no size.
        unsafe { DynFuture::new(memory, (), future) }
    }
}
// ANCHOR_END: room

// ANCHOR: leak
fn main() {
    let list: Cell<Option<*const u32>> = Cell::new(None);
    let mut room = Box::new(Room(UnsafeCell::new([MaybeUninit::uninit(); 64])));
    // A future that puts the address of a node into a list, as `Notified` of chapter 05.
    let mut call = room.fill(async {
        let node = 7_u32;
        list.set(Some(&raw const node));
        pending::<()>().await;
    });
    assert!(
        Pin::new(&mut call).poll(&mut Context::from_waker(Waker::noop())).is_pending()
    );
    mem::forget(call);
    // The call is gone for the compiler, so the room may be used again, moved or freed.
    drop(room.fill(ready([0_u64; 7])));
    drop(room);
    let node = list.get().expect("the future has stored its address");
    // SAFETY: the future was not dropped, so its node must still be there.
    println!("{}", unsafe { *node });
}
// ANCHOR_END: leak
