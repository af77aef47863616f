// ANCHOR: head
//! A waker by hand: a pointer, and a table of four functions.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::sync::Arc;
use std::task::{RawWaker, RawWakerVTable, Waker};

use crate::Parker;
// ANCHOR_END: head

// ANCHOR: vtable
// W1: the data pointer of a waker with this table comes from an `Arc<Parker>` that
// is alive. W2: each waker made by `waker` or `clone` owns one reference to it.
static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

/// A waker that wakes `parker`'s thread. It takes over the reference.
pub fn waker(parker: Arc<Parker>) -> Waker {
    let data = Arc::into_raw(parker).cast();
    // SAFETY: W1 and W2 hold, and the functions of the table rely on nothing else.
    // Any thread may call them, because any thread may use a `Parker`.
    unsafe { Waker::new(data, &VTABLE) }
}
// ANCHOR_END: vtable

// ANCHOR: clone_drop
unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: W1.
    unsafe { Arc::increment_strong_count(data.cast::<Parker>()) };
    RawWaker::new(data, &VTABLE)
}

unsafe fn drop_waker(data: *const ()) {
    // SAFETY: W2. This waker's reference ends here.
    drop(unsafe { Arc::from_raw(data.cast::<Parker>()) });
}
// ANCHOR_END: clone_drop

// ANCHOR: wakes
unsafe fn wake(data: *const ()) {
    // SAFETY: W2. This waker's reference ends here.
    let parker = unsafe { Arc::from_raw(data.cast::<Parker>()) };
    parker.unpark();
}

unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: W1. The waker keeps its reference.
    let parker = unsafe { &*data.cast::<Parker>() };
    parker.unpark();
}
// ANCHOR_END: wakes

// ANCHOR: waker_ref
/// A borrowed waker, which owns no reference. Made by [`waker_ref`].
pub struct WakerRef<'p> {
    waker: ManuallyDrop<Waker>,
    _parker: PhantomData<&'p Arc<Parker>>,
}

/// A waker for as long as `parker` is borrowed. Making and dropping it does not
/// change the count. Its clones are ordinary wakers.
pub fn waker_ref(parker: &Arc<Parker>) -> WakerRef<'_> {
    let data = Arc::as_ptr(parker).cast();
    // SAFETY: W1 holds while `parker` is borrowed. W2 does not hold, so this waker
    // is never dropped, and `WakerRef` only lends a `&Waker`.
    let waker = ManuallyDrop::new(unsafe { Waker::new(data, &VTABLE) });
    WakerRef { waker, _parker: PhantomData }
}

impl Deref for WakerRef<'_> {
    type Target = Waker;

    fn deref(&self) -> &Waker {
        &self.waker
    }
}
// ANCHOR_END: waker_ref
