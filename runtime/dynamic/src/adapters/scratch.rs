//! [`Scratch`]: the future lives in the caller's future.

use core::{alloc::Layout, marker::PhantomData, pin::Pin, ptr::NonNull};

use crate::{Adapter, AnyThread, DynFuture, Kind, ManyCalls, Place, Request, buffer::Fits};

/// Keeps the future of a call in memory that the caller offers, and never allocates.
///
/// Each call needs up to `N` bytes, aligned as `A` is. Both sides are checked at compile time:
/// a method whose future is larger does not compile, and neither does an object whose callers
/// offer less. The callers offer memory with [`Space`](crate::Space) or
/// [`OnlySpace`](crate::OnlySpace), which has an example.
///
/// ```compile_fail,E0080
/// use wakeful_dynamic::{Scratch, Space, dyn_async};
///
/// #[dyn_async]
/// trait Meter {
///     async fn read(&mut self) -> u32;
/// }
///
/// struct Water(u32);
///
/// impl Meter for Water {
///     async fn read(&mut self) -> u32 {
///         self.0
///     }
/// }
///
/// // The callers offer less than the adapter needs.
/// let mut water = Scratch::<64, _>::new(Water(7));
/// let _ = MeterMut::new_with(&mut water, Space::<32>::new());
/// ```
///
/// A method with `#[dyn_async(fused)]` offers no memory, so it does not compile with this adapter:
///
/// ```compile_fail,E0080
/// use wakeful_dynamic::{Scratch, Space, dyn_async};
///
/// #[dyn_async]
/// trait Meter {
///     #[dyn_async(fused)]
///     async fn read(&mut self) -> u32;
/// }
///
/// struct Water(u32);
///
/// impl Meter for Water {
///     async fn read(&mut self) -> u32 {
///         self.0
///     }
/// }
///
/// let mut water = Scratch::<64, _>::new(Water(7));
/// let _ = MeterMut::new_with(&mut water, Space::<64>::new());
/// ```
///
/// Calls with `&self` can run at once, because each has its own memory. A leaked call leaks the
/// future that contains it.
///
/// # Panics
/// If a call offers less than `N` bytes. The objects that `#[dyn_async]` generates never do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scratch<const N: usize, T, A = u64> {
    inner: T,
    _align: PhantomData<fn() -> A>,
}

impl<const N: usize, T> Scratch<N, T> {
    /// Wraps a value. Its futures are aligned to 8 bytes or less.
    pub const fn new(inner: T) -> Self {
        Self::aligned(inner)
    }
}

impl<const N: usize, T, A> Scratch<N, T, A> {
    /// Wraps a value. Its futures are aligned as the type `A` is, or less.
    pub const fn aligned(inner: T) -> Self {
        Self {
            inner,
            _align: PhantomData,
        }
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.inner
    }
}

/// The value inside is not pinned.
impl<const N: usize, T, A> Unpin for Scratch<N, T, A> {}

// SAFETY: AD1 and AD3 as written. AD2: `in_space` uses the memory once and returns its owner. AD4: the
// place is empty and its release does nothing.
unsafe impl<const N: usize, T, A> Adapter for Scratch<N, T, A> {
    type Inner = T;
    type Calls = ManyCalls;
    type Threads = AnyThread;

    const ALLOCATES: bool = false;
    const SPACE: (usize, usize) = (N, align_of::<A>());

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
        const { Fits::<N, A, F>::CHECK };
        let inner = &mut self.get_mut().inner;
        in_space(request, || make(inner)).unwrap_or_else(|_| no_space())
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
        const { Fits::<N, A, F>::CHECK };
        let inner = &self.get_ref().inner;
        in_space(request, || make(inner)).unwrap_or_else(|_| no_space())
    }
}

#[cold]
fn no_space() -> ! {
    panic!("a call of an object with the adapter `Scratch` offers too little memory")
}

/// A call in the caller's memory. Returns `make` if the memory does not suffice.
#[inline]
pub(crate) fn in_space<'d, M, F>(
    request: Request<'_>,
    make: M,
) -> Result<DynFuture<'d, F::Output>, M>
where
    M: FnOnce() -> F,
    F: Future + 'd,
    F::Output: 'd,
{
    match request.space(DynFuture::layout::<InSpace, F>()) {
        // SAFETY: EM1 and EM2: the caller's memory satisfies them (RE1 and RE2), because the adapter
        // returns this `DynFuture` (AD2). EM3: the place is empty.
        Some(memory) => Ok(unsafe { DynFuture::emplace(memory, InSpace, make) }),
        None => Err(make),
    }
}

/// The place of a future in the caller's memory. The caller frees it.
struct InSpace;

// SAFETY: PL1 and PL2: it does nothing.
unsafe impl Place for InSpace {
    #[inline]
    unsafe fn release(self, _memory: NonNull<u8>, _layout: Layout) {}
}
