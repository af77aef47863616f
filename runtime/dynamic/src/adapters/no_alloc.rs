//! [`NoAlloc`]: an adapter that must not allocate.

use core::pin::Pin;

use crate::{Adapter, DynFuture, Kind, Request, ServesShared};

/// Refuses to allocate: a call that needs memory of the heap panics, and the message says how many
/// bytes.
///
/// Put it around an adapter that usually does not allocate, to be sure that it does not:
///
/// ```should_panic
/// # futures_executor::block_on(async {
/// use wakeful_dynamic::{NoAlloc, ScratchOrBox, Space, dyn_async};
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
/// let mut water = NoAlloc::new(ScratchOrBox::new(Water(7)));
/// let mut meter = MeterMut::new_with(&mut water, Space::<1>::new());
/// meter.read().await; // One byte is too little, and a box is refused.
/// # });
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct NoAlloc<A> {
    adapter: A,
}

impl<A> NoAlloc<A> {
    /// Wraps an adapter.
    pub const fn new(adapter: A) -> Self {
        Self { adapter }
    }

    fn adapter(self: Pin<&mut Self>) -> Pin<&mut A> {
        // SAFETY: `adapter` is pinned if this is: it is never moved out, and `NoAlloc` has no
        // destructor.
        unsafe { self.map_unchecked_mut(|this| &mut this.adapter) }
    }

    fn adapter_ref(self: Pin<&Self>) -> Pin<&A> {
        // SAFETY: as above.
        unsafe { self.map_unchecked(|this| &this.adapter) }
    }
}

// SAFETY: AD1, AD2, AD3 and AD4 are those of the inner adapter.
unsafe impl<A: Adapter> Adapter for NoAlloc<A> {
    type Inner = A::Inner;
    type Calls = A::Calls;
    type Threads = A::Threads;

    const ALLOCATES: bool = false;
    const SPACE: (usize, usize) = A::SPACE;

    fn inner(self: Pin<&Self>) -> &A::Inner {
        self.adapter_ref().inner()
    }

    fn inner_mut(self: Pin<&mut Self>) -> &mut A::Inner {
        self.adapter().inner_mut()
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
        M: FnOnce(&'s mut A::Inner) -> F,
        F: Future + 'd,
        F::Output: 'd,
    {
        let request = request.without_allocation();
        self.adapter().call_mut::<K, M, F>(request, make)
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
        M: FnOnce(&'s A::Inner) -> F,
        F: Future + 'd,
        F::Output: 'd,
        A::Calls: ServesShared,
    {
        let request = request.without_allocation();
        self.adapter_ref().call_ref::<K, M, F>(request, make)
    }
}
