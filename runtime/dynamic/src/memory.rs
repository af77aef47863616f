//! Memory of the heap for futures. All adapters that use the heap allocate here.

use alloc::alloc::{alloc, dealloc, handle_alloc_error};
use core::{alloc::Layout, ptr::NonNull};

use crate::{Place, Request, count};

/// Allocates memory, and counts it.
///
/// # Panics
/// If the request forbids an allocation.
#[inline]
pub(crate) fn allocate(layout: Layout, request: Request<'_>) -> NonNull<u8> {
    request.refuse_allocation(layout);
    if layout.size() == 0 {
        return layout.dangling_ptr();
    }
    count::record(layout.size());
    // SAFETY: the size is not 0.
    let memory = unsafe { alloc(layout) };
    NonNull::new(memory).unwrap_or_else(|| handle_alloc_error(layout))
}

/// # Safety
/// `allocate` returned `memory` for this layout, and nothing uses it any more.
#[inline]
pub(crate) unsafe fn free(memory: NonNull<u8>, layout: Layout) {
    if layout.size() > 0 {
        // SAFETY: the caller's promise.
        unsafe { dealloc(memory.as_ptr(), layout) }
    }
}

/// The place of a future that is alone in its allocation.
pub(crate) struct OnHeap;

// SAFETY: PL1: any thread may free memory of the heap. PL2: `free` does not read it.
unsafe impl Place for OnHeap {
    #[inline]
    unsafe fn release(self, memory: NonNull<u8>, layout: Layout) {
        // SAFETY: only memory from `allocate` has this place.
        unsafe { free(memory, layout) }
    }
}
