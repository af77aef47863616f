//! [`Slot`]: one box that waits for the next call.

use core::{
    alloc::Layout,
    cell::Cell,
    ptr::{self, NonNull},
};

use crate::memory::free;

/// Where a box waits between two calls.
///
/// - **SL1** It is null, or points to memory from [`allocate`](crate::memory::allocate) that begins with a [`FreeBox`]. No
///   future is in that memory.
/// - **SL2** Only code that holds the mutable borrow of the slot's owner uses it: a call with
///   `&mut self`, the future of such a call, and the destructor.
#[derive(Debug)]
pub(crate) struct Slot(Cell<*mut FreeBox>);

// SAFETY: the box in it may be freed on any thread.
unsafe impl Send for Slot {}
// SAFETY: SL2.
unsafe impl Sync for Slot {}

/// What stands in a box that no future uses.
#[repr(C)]
pub(crate) struct FreeBox {
    layout: PackedLayout,
}

impl Slot {
    pub(crate) const fn new() -> Self {
        Self(Cell::new(ptr::null_mut()))
    }

    /// Takes the box out of the slot if it has this layout, as the box of the same method has.
    /// Otherwise leaves it there.
    #[inline]
    pub(crate) fn take_same(&mut self, layout: PackedLayout) -> Option<NonNull<u8>> {
        let free_box = NonNull::new(self.0.get())?;
        // SAFETY: SL1.
        let has = unsafe { free_box.as_ref().layout };
        (has == layout).then(|| {
            self.0.set(ptr::null_mut());
            free_box.cast()
        })
    }

    /// Takes the box out of the slot if `layout` fits. Frees it if it does not fit.
    pub(crate) fn take(&mut self, layout: Layout) -> Option<(NonNull<u8>, PackedLayout)> {
        let (memory, has) = self.take_any()?;
        if has.holds(layout) {
            return Some((memory, has));
        }
        // SAFETY: SL1: this is the layout of the allocation.
        unsafe { free(memory, has.unpack()) };
        None
    }

    /// Takes the box out of the slot.
    #[inline]
    pub(crate) fn take_any(&mut self) -> Option<(NonNull<u8>, PackedLayout)> {
        let free_box = NonNull::new(self.0.replace(ptr::null_mut()))?;
        // SAFETY: SL1. The slot is null now.
        let has = unsafe { free_box.as_ref().layout };
        Some((free_box.cast(), has))
    }

    /// Puts a box into the slot. The slot is empty, because one call at a time can borrow its owner.
    ///
    /// # Safety
    /// SL2, and `memory` is from [`allocate`](crate::memory::allocate), has this layout, holds no future, and is large
    /// enough and aligned for a [`FreeBox`].
    #[inline]
    pub(crate) unsafe fn put(&self, memory: NonNull<u8>, layout: PackedLayout) {
        debug_assert!(self.0.get().is_null(), "two calls used one slot");
        let free_box = memory.cast::<FreeBox>();
        // SAFETY: the caller's promise.
        unsafe { free_box.write(FreeBox { layout }) };
        self.0.set(free_box.as_ptr());
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(free_box) = NonNull::new(self.0.get()) {
            // SAFETY: SL1.
            unsafe { free(free_box.cast(), free_box.as_ref().layout.unpack()) }
        }
    }
}

/// A layout in one word: the size, and the exponent of the alignment in the low bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PackedLayout(usize);

/// Enough bits for each exponent: an alignment is less than 2 to the number of bits of a `usize`.
const EXPONENT_BITS: u32 = usize::BITS.ilog2();

impl PackedLayout {
    #[inline]
    pub(crate) const fn new(layout: Layout) -> Self {
        assert!(
            layout.size() <= usize::MAX >> EXPONENT_BITS,
            "a future is too large to be recycled"
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
    pub(crate) fn unpack(self) -> Layout {
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
