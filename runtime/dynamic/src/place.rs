//! The contract for memory that holds one future: [`Place`].

use core::{alloc::Layout, mem::ManuallyDrop, ptr::NonNull};

/// How the memory of one future goes back to where it came from.
///
/// An adapter reserves memory, and [`DynFuture::emplace`](crate::DynFuture::emplace) writes a
/// place and a future into it. When the future is gone, the place gives the memory back. Often a
/// place is a pointer to the owner of the memory, or an empty type.
///
/// # Safety
/// An implementation keeps these rules:
///
/// - **PL1** `release` works on any thread if the adapter's futures may move to
///   [`AnyThread`](crate::AnyThread), and otherwise on the thread that made the call.
/// - **PL2** `release` does not read the bytes of the memory. The future in it is gone.
///
/// The code that calls [`emplace`](crate::DynFuture::emplace) promises the rest: the memory is
/// large enough and aligned, and it stays there until `release`.
pub unsafe trait Place {
    /// Gives the memory back. It runs once for each memory, also if the future's constructor or
    /// destructor panics.
    ///
    /// # Safety
    /// `memory` is the pointer that was passed to [`emplace`](crate::DynFuture::emplace), with
    /// this place, and `layout` is its layout. No future is in it.
    unsafe fn release(self, memory: NonNull<u8>, layout: Layout);
}

/// Releases memory when it is dropped, so that a panic does not skip that.
pub(crate) struct ReleaseOnDrop<P: Place> {
    place: ManuallyDrop<P>,
    memory: NonNull<u8>,
    layout: Layout,
}

impl<P: Place> ReleaseOnDrop<P> {
    /// # Safety
    /// As for [`Place::release`], at the time when the guard is dropped.
    pub(crate) unsafe fn new(place: P, memory: NonNull<u8>, layout: Layout) -> Self {
        Self {
            place: ManuallyDrop::new(place),
            memory,
            layout,
        }
    }

    /// Keeps the memory, and returns the place.
    pub(crate) fn disarm(self) -> P {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is not dropped, so the place is taken only here.
        unsafe { ManuallyDrop::take(&mut this.place) }
    }
}

impl<P: Place> Drop for ReleaseOnDrop<P> {
    fn drop(&mut self) {
        // SAFETY: a guard is dropped once, and `disarm` does not drop it. The caller of `new`
        // promised the rest.
        unsafe { ManuallyDrop::take(&mut self.place).release(self.memory, self.layout) }
    }
}
