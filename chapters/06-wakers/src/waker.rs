// ANCHOR: vtable
//! A waker by hand: a pointer, and four functions that know what it points to.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::sync::Arc;
use std::task::{RawWaker, RawWakerVTable, Waker};

use crate::Parker;

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

/// A waker that wakes `parker`'s thread. It is one of the references to it.
pub fn waker(parker: Arc<Parker>) -> Waker {
    let data = Arc::into_raw(parker).cast();
    // SAFETY: the four functions do what a waker's have to, for data that is a
    // reference to a `Parker` made by `Arc::into_raw`; a `Parker` may be used by any
    // thread.
    unsafe { Waker::new(data, &VTABLE) }
}
// ANCHOR_END: vtable

// ANCHOR: functions
/// One reference more.
unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: `data` is a waker's, and so a reference that is counted.
    unsafe { Arc::increment_strong_count(data.cast::<Parker>()) };
    RawWaker::new(data, &VTABLE)
}

/// Wakes, and gives its reference back.
unsafe fn wake(data: *const ()) {
    // SAFETY: `data` is a waker's, which is used up by this: its reference is ours.
    let parker = unsafe { Arc::from_raw(data.cast::<Parker>()) };
    parker.unpark();
}

/// Wakes, and keeps its reference.
unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: `data` is a waker's, which lives longer than this call.
    let parker = unsafe { &*data.cast::<Parker>() };
    parker.unpark();
}

/// Gives its reference back.
unsafe fn drop_waker(data: *const ()) {
    // SAFETY: as in `wake`.
    drop(unsafe { Arc::from_raw(data.cast::<Parker>()) });
}
// ANCHOR_END: functions

// ANCHOR: waker_ref
/// A waker that is borrowed: it is none of the references. Made by [`waker_ref`].
pub struct WakerRef<'p> {
    waker: ManuallyDrop<Waker>,
    _parker: PhantomData<&'p Arc<Parker>>,
}

/// A waker that wakes `parker`'s thread, for as long as `parker` is there. Making
/// and dropping it counts nothing; its clones are wakers like others.
pub fn waker_ref(parker: &Arc<Parker>) -> WakerRef<'_> {
    let data = Arc::as_ptr(parker).cast();
    // SAFETY: as in `waker`, but for the reference, which this waker does not own:
    // it is never dropped, and `WakerRef` gives nothing out but `&Waker`.
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
