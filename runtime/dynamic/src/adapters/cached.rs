//! [`Cached`]: one box, which the calls use one after the other.

use core::{
    alloc::Layout,
    cell::Cell,
    pin::Pin,
    ptr::{self, NonNull},
};

use super::boxing::boxed;
use crate::{
    Adapter, AnyThread, DynFuture, Kind, ManyCalls, Place, Request,
    memory::{allocate, free},
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
            slot: Slot(Cell::new(ptr::null_mut())),
        }
    }

    /// The value. Frees the box.
    pub fn into_inner(self) -> T {
        self.inner
    }
}

/// The value inside is not pinned.
impl<T> Unpin for Cached<T> {}

// SAFETY: only a call with `&mut self` uses the slot (CS2), and a box may be freed on any thread.
unsafe impl<T: Send> Send for Cached<T> {}
// SAFETY: a shared reference to the adapter never uses the slot (CS2).
unsafe impl<T: Sync> Sync for Cached<T> {}

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
    let layout = DynFuture::layout::<InSlot, F>();
    let (memory, layout) = slot
        .take(layout)
        .unwrap_or_else(|| (allocate(layout, request), PackedLayout::new(layout)));
    let place = InSlot {
        slot: NonNull::from(slot),
        layout,
    };
    // SAFETY: EM1: `take` and `allocate` return memory of this layout or more, which is not in the
    // slot (CS1). EM2: only `release` makes it reachable again. EM3: the adapter is borrowed for
    // `'s`, so the slot stays.
    unsafe { DynFuture::emplace(memory, place, make) }
}

/// Where a box waits between two calls.
///
/// - **CS1** It is null, or points to memory from [`allocate`] that begins with a [`FreeBox`]. No
///   future is in that memory.
/// - **CS2** Only code that holds the adapter's mutable borrow uses the slot: a call with
///   `&mut self`, the `DynFuture` of such a call, and the destructor.
#[derive(Debug)]
struct Slot(Cell<*mut FreeBox>);

/// What stands in a box that no future uses.
struct FreeBox {
    layout: PackedLayout,
}

impl Slot {
    /// Takes the box out of the slot if `layout` fits. Frees it if it does not fit.
    #[inline]
    fn take(&mut self, layout: Layout) -> Option<(NonNull<u8>, PackedLayout)> {
        let free_box = NonNull::new(self.0.replace(ptr::null_mut()))?;
        // SAFETY: CS1. The slot is null now.
        let has = unsafe { free_box.as_ref().layout };
        if has.holds(layout) {
            return Some((free_box.cast(), has));
        }
        // SAFETY: CS1: this is the layout of the allocation.
        unsafe { free(free_box.cast(), has.unpack()) };
        None
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(free_box) = NonNull::new(self.0.get()) {
            // SAFETY: CS1.
            unsafe { free(free_box.cast(), free_box.as_ref().layout.unpack()) }
        }
    }
}

/// The place of a future in a box that goes back to a slot.
struct InSlot {
    slot: NonNull<Slot>,
    /// The layout of the allocation. It may be larger than the future needs.
    layout: PackedLayout,
}

// SAFETY: PL1: AD4 of `Cached`. PL2: the memory is only written.
unsafe impl Place for InSlot {
    #[inline]
    unsafe fn release(self, memory: NonNull<u8>, _layout: Layout) {
        let free_box = memory.cast::<FreeBox>();
        // SAFETY: EM3: the slot is there, and CS2. No future is in the memory. It is large enough
        // and aligned for a `FreeBox`, because it held an `InSlot`. The slot is empty, because
        // the call took its box and no other call ran since then.
        unsafe {
            free_box.write(FreeBox {
                layout: self.layout,
            });
            self.slot.as_ref().0.set(free_box.as_ptr());
        }
    }
}

/// A layout in one word: the size, and the exponent of the alignment in the low bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PackedLayout(usize);

/// Enough bits for each exponent: an alignment is less than 2 to the number of bits of a `usize`.
const EXPONENT_BITS: u32 = usize::BITS.ilog2();

impl PackedLayout {
    #[inline]
    fn new(layout: Layout) -> Self {
        assert!(
            layout.size() <= usize::MAX >> EXPONENT_BITS,
            "a future of {} bytes is too large for the adapter `Cached`",
            layout.size()
        );
        let exponent = layout.align().trailing_zeros() as usize;
        Self(layout.size() << EXPONENT_BITS | exponent)
    }

    #[inline]
    fn size(self) -> usize {
        self.0 >> EXPONENT_BITS
    }

    #[inline]
    fn align(self) -> usize {
        1 << (self.0 & ((1 << EXPONENT_BITS) - 1))
    }

    #[inline]
    fn holds(self, layout: Layout) -> bool {
        layout.size() <= self.size() && layout.align() <= self.align()
    }

    #[inline]
    fn unpack(self) -> Layout {
        // SAFETY: both come from a `Layout`.
        unsafe { Layout::from_size_align_unchecked(self.size(), self.align()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_layout_is_the_same_after_unpacking() {
        for exponent in 0..16 {
            for size in [0, 1, 16, 24, 4096, 100_000] {
                let layout = Layout::from_size_align(size, 1 << exponent).unwrap();
                assert_eq!(PackedLayout::new(layout).unpack(), layout);
            }
        }
    }

    #[test]
    fn a_box_holds_a_smaller_future_but_no_more_aligned_one() {
        let has = PackedLayout::new(Layout::from_size_align(96, 16).unwrap());
        assert!(has.holds(Layout::from_size_align(96, 16).unwrap()));
        assert!(has.holds(Layout::from_size_align(24, 8).unwrap()));
        assert!(!has.holds(Layout::from_size_align(97, 1).unwrap()));
        assert!(!has.holds(Layout::from_size_align(32, 32).unwrap()));
    }
}
