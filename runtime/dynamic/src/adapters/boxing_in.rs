//! [`BoxingIn`]: each call has memory of an allocator of yours.

use core::{alloc::Layout, pin::Pin, ptr::NonNull};

use crate::{Adapter, DynFuture, Kind, ManyCalls, Place, Request};

/// An allocator for the futures of [`BoxingIn`].
///
/// # Safety
/// - **AL1** `allocate` returns memory of this layout, which no other code uses before `free`. The
///   size may be 0.
/// - **AL2** The memory is not freed, moved or used again before `free`, for ever if that call
///   never comes. This holds also after the allocator is dropped: an allocator that owns its
///   memory leaks it, or ends the process.
/// - **AL3** With `Threads = AnyThread`, any thread may call `free`, also while another thread
///   calls `allocate`.
pub unsafe trait FutureAllocator {
    /// [`AnyThread`](crate::AnyThread) or [`OneThread`](crate::OneThread).
    type Threads;

    /// Returns memory, or `None` if there is none left.
    fn allocate(&self, layout: Layout) -> Option<NonNull<u8>>;

    /// Takes memory back.
    ///
    /// # Safety
    /// `allocate` of this allocator returned `memory` for this layout, and no code uses it any
    /// more.
    unsafe fn free(&self, memory: NonNull<u8>, layout: Layout);
}

// SAFETY: AL1, AL2 and AL3 are those of the allocator behind the reference.
unsafe impl<A: FutureAllocator + ?Sized> FutureAllocator for &A {
    type Threads = A::Threads;

    fn allocate(&self, layout: Layout) -> Option<NonNull<u8>> {
        A::allocate(self, layout)
    }

    unsafe fn free(&self, memory: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { A::free(self, memory, layout) }
    }
}

/// Puts the future of each call into memory of an allocator of yours. It needs no feature `alloc`.
///
/// # Panics
/// A call panics if the allocator has no memory left.
#[derive(Clone, Copy, Debug, Default)]
pub struct BoxingIn<T, A> {
    inner: T,
    allocator: A,
}

impl<T, A> BoxingIn<T, A> {
    /// Wraps a value and its allocator. The allocator may be a reference.
    pub const fn new(inner: T, allocator: A) -> Self {
        Self { inner, allocator }
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.inner
    }
}

/// The value and the allocator are not pinned.
impl<T, A> Unpin for BoxingIn<T, A> {}

// SAFETY: AD1 and AD3 as written. AD2: the caller's memory is not used. AD4: AL3.
unsafe impl<T, A: FutureAllocator> Adapter for BoxingIn<T, A> {
    type Inner = T;
    type Calls = ManyCalls;
    type Threads = A::Threads;

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
        let Self { inner, allocator } = self.get_mut();
        boxed_in(allocator, request, || make(inner))
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
        let Self { inner, allocator } = self.get_ref();
        boxed_in(allocator, request, || make(inner))
    }
}

/// A call in memory of this allocator.
#[inline]
fn boxed_in<'d, A, F>(
    allocator: &'d A,
    request: Request<'_>,
    make: impl FnOnce() -> F,
) -> DynFuture<'d, F::Output>
where
    A: FutureAllocator,
    F: Future + 'd,
    F::Output: 'd,
{
    let layout = DynFuture::layout::<InAllocator<'d, A>, F>();
    request.refuse_allocation(layout);
    let memory = allocator
        .allocate(layout)
        .unwrap_or_else(|| out_of_memory(layout));
    // SAFETY: EM1: AL1. EM2: AL2. EM3: the place is a reference.
    unsafe { DynFuture::emplace(memory, InAllocator(allocator), make) }
}

#[cold]
fn out_of_memory(layout: Layout) -> ! {
    panic!(
        "the allocator of a `BoxingIn` has no {} bytes left for a future",
        layout.size()
    )
}

/// The place of a future in an allocator's memory.
struct InAllocator<'d, A>(&'d A);

// SAFETY: PL1: AL3, if the adapter's futures may move. PL2: `free` has no reason to read it.
unsafe impl<A: FutureAllocator> Place for InAllocator<'_, A> {
    #[inline]
    unsafe fn release(self, memory: NonNull<u8>, layout: Layout) {
        // SAFETY: `boxed_in` got the memory from this allocator.
        unsafe { self.0.free(memory, layout) }
    }
}
