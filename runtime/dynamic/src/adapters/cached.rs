//! [`Cached`]: one box, which the calls use one after the other.

use core::{alloc::Layout, pin::Pin, ptr::NonNull};

use super::boxing::boxed;
use crate::{
    Adapter, AnyThread, DynFuture, Kind, ManyCalls, Place, Request,
    memory::allocate,
    slot::{PackedLayout, Slot},
};

/// Boxes the future of the first call, and uses the box again for the next ones.
///
/// The box belongs to the future of the running call. When that future is gone, it gives the box
/// back to a slot of one pointer in this adapter. A larger future gets a larger box. The slot
/// needs no atomics, because a running call borrows the adapter.
///
/// Methods with `&self` and methods with `#[dyn_async(once)]` do not use the slot: each call has
/// a box of its own. A leaked call leaks its box, and the next call allocates a new one.
#[derive(Debug)]
pub struct Cached<T> {
    inner: T,
    slot: Slot,
}

impl<T> Cached<T> {
    /// Wraps a value. The first call allocates.
    pub const fn new(inner: T) -> Self {
        Self {
            inner,
            slot: Slot::new(),
        }
    }

    /// The value. Frees the box.
    pub fn into_inner(self) -> T {
        self.inner
    }
}

/// The value inside is not pinned.
impl<T> Unpin for Cached<T> {}

// SAFETY: AD1 and AD3 as written. AD2: the caller's memory is not used. AD4: a `DynFuture` that may use
// the slot borrows the adapter mutably, so no other thread uses the slot. The end of the borrow
// orders the next use after the release.
unsafe impl<T> Adapter for Cached<T> {
    type Inner = T;
    type Calls = ManyCalls;
    type Threads = AnyThread;

    const ALLOCATES: bool = true;

    fn inner(self: Pin<&Self>) -> &T {
        &self.get_ref().inner
    }

    fn inner_mut(self: Pin<&mut Self>) -> &mut T {
        &mut self.get_mut().inner
    }

    #[inline]
    fn call_mut<'s, 'd, K, M, F>(
        self: Pin<&'s mut Self>,
        request: Request<'_>,
        make: M,
    ) -> DynFuture<'d, F::Output>
    where
        's: 'd,
        K: Kind,
        M: FnOnce(&'s mut T) -> F,
        F: Future + 'd,
        F::Output: 'd,
    {
        let Self { inner, slot } = self.get_mut();
        if K::ONCE {
            boxed(request, || make(inner))
        } else {
            cached(slot, request, || make(inner))
        }
    }

    #[inline]
    fn call_ref<'s, 'd, K, M, F>(
        self: Pin<&'s Self>,
        request: Request<'_>,
        make: M,
    ) -> DynFuture<'d, F::Output>
    where
        's: 'd,
        K: Kind,
        M: FnOnce(&'s T) -> F,
        F: Future + 'd,
        F::Output: 'd,
    {
        let inner = &self.get_ref().inner;
        boxed(request, || make(inner))
    }
}

/// A call that uses the box in `slot`, or a new one.
#[inline]
fn cached<'s, 'd, F>(
    slot: &'s mut Slot,
    request: Request<'_>,
    make: impl FnOnce() -> F,
) -> DynFuture<'d, F::Output>
where
    's: 'd,
    F: Future + 'd,
    F::Output: 'd,
{
    let layout = PackedLayout::new(DynFuture::layout::<InSlot, F>());
    match slot.take_same(layout) {
        // SAFETY: the box has this layout.
        Some(memory) => unsafe { in_box(slot, memory, layout, make) },
        None => in_another_box(slot, request, make),
    }
}

/// A call in a box that was made for another future, or in a new one.
#[cold]
fn in_another_box<'s, 'd, F>(
    slot: &'s mut Slot,
    request: Request<'_>,
    make: impl FnOnce() -> F,
) -> DynFuture<'d, F::Output>
where
    's: 'd,
    F: Future + 'd,
    F::Output: 'd,
{
    let layout = DynFuture::layout::<InSlot, F>();
    let (memory, has) = slot
        .take(layout)
        .unwrap_or_else(|| (allocate(layout, request), PackedLayout::new(layout)));
    // SAFETY: `take` and `allocate` return memory of this layout or more.
    unsafe { in_box(slot, memory, has, make) }
}

/// A call in this box.
///
/// # Safety
/// `memory` is from [`allocate`] with the layout `has`, which holds the future. It is not in the slot.
#[inline]
unsafe fn in_box<'s, 'd, F>(
    slot: &'s mut Slot,
    memory: NonNull<u8>,
    has: PackedLayout,
    make: impl FnOnce() -> F,
) -> DynFuture<'d, F::Output>
where
    's: 'd,
    F: Future + 'd,
    F::Output: 'd,
{
    let place = InSlot {
        layout: has,
        slot: NonNull::from(slot),
    };
    // SAFETY: EM1: the caller's promise. EM2: only `release` makes the memory reachable again. EM3:
    // the adapter is borrowed for `'s`, so the slot stays.
    unsafe { DynFuture::emplace(memory, place, make) }
}

/// The place of a future in a box that goes back to a slot.
#[repr(C)]
struct InSlot {
    /// The layout of the allocation. It may be larger than the future needs. It stands at the place
    /// where [`FreeBox`](crate::slot::FreeBox) has it, so no call has to write it.
    layout: PackedLayout,
    slot: NonNull<Slot>,
}

// SAFETY: PL1: AD4 of `Cached`. PL2: the memory is only written.
unsafe impl Place for InSlot {
    #[inline]
    unsafe fn release(self, memory: NonNull<u8>, _layout: Layout) {
        // SAFETY: EM3: the slot is there, and SL2: the call borrows the adapter mutably. The memory
        // has no future in it. It is large enough for a `FreeBox`, because it held an `InSlot`.
        unsafe { self.slot.as_ref().put(memory, self.layout) }
    }
}
