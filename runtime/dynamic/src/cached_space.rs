//! [`CachedSpace`]: a box that the caller keeps for its calls.

use core::{
    alloc::Layout,
    fmt,
    pin::Pin,
    ptr::NonNull,
    task::{Context, Poll},
};

use crate::{
    Caller, Request,
    memory::{allocate, free},
    request::Offer,
    slot::{FreeBox, PackedLayout, Slot},
};

/// Callers that keep a box, and offer it to each call. The box grows to the largest future.
///
/// [`Cached`](crate::Cached) keeps such a box in the adapter. Here the box is in the object that
/// the caller has. So a caller can keep one box for objects that are short-lived: move the
/// `CachedSpace` from one object to the next with `into_caller`. Use an adapter that takes the
/// caller's memory: [`Scratch`](crate::Scratch) or [`ScratchOrBox`](crate::ScratchOrBox).
///
/// A method with `&self` has a box of its own for each call. A leaked call leaks its box.
///
/// ```
/// # futures_executor::block_on(async {
/// use wakeful_dynamic::{CachedSpace, ScratchOrBox, dyn_async};
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
/// let mut space = CachedSpace::new();
/// let mut sum = 0;
/// for reading in [3, 4] {
///     let mut water = ScratchOrBox::new(Water(reading));
///     let mut meter = MeterMut::new_with(&mut water, space);
///     sum += meter.read().await; // Only the first call allocates.
///     space = meter.into_caller();
/// }
/// assert_eq!(sum, 7);
/// # });
/// ```
#[derive(Debug)]
pub struct CachedSpace {
    slot: Slot,
}

impl CachedSpace {
    /// Offers a box. The first call allocates it.
    pub const fn new() -> Self {
        Self { slot: Slot::new() }
    }

    #[inline]
    fn call<F>(&mut self, start: impl FnOnce(Request<'_>) -> F) -> InCachedSpace<'_, F> {
        let space = self.slot.take_any();
        let space = space.map(|(memory, layout)| (memory, layout.unpack()));
        InCachedSpace::new(space, Some(&self.slot), start)
    }
}

impl Default for CachedSpace {
    fn default() -> Self {
        Self::new()
    }
}

// SAFETY: CA1: `InCachedSpace` makes one request. CA2: its offer grows to any layout.
unsafe impl Caller for CachedSpace {
    const SPACE: (usize, usize) = (usize::MAX, usize::MAX);

    type Call<'d, F, S>
        = InCachedSpace<'d, F>
    where
        F: Future + Unpin,
        S: FnOnce(Request<'_>) -> F;

    type SendCall<'d, F, S>
        = InCachedSpace<'d, F>
    where
        F: Future + Unpin + Send,
        S: FnOnce(Request<'_>) -> F + Send;

    #[inline]
    unsafe fn call_mut<F, S>(&mut self, start: S) -> InCachedSpace<'_, F>
    where
        F: Future + Unpin,
        S: FnOnce(Request<'_>) -> F,
    {
        self.call(start)
    }

    unsafe fn call_ref<F, S>(&self, start: S) -> InCachedSpace<'_, F>
    where
        F: Future + Unpin,
        S: FnOnce(Request<'_>) -> F,
    {
        InCachedSpace::new(None, None, start)
    }

    unsafe fn send_call_mut<F, S>(&mut self, start: S) -> InCachedSpace<'_, F>
    where
        F: Future + Unpin + Send,
        S: FnOnce(Request<'_>) -> F + Send,
    {
        self.call(start)
    }

    unsafe fn send_call_ref<F, S>(&self, start: S) -> InCachedSpace<'_, F>
    where
        F: Future + Unpin + Send,
        S: FnOnce(Request<'_>) -> F + Send,
    {
        InCachedSpace::new(None, None, start)
    }
}

/// The future of a call that offers a box.
#[must_use = "a future does nothing until you `.await` or poll it"]
pub struct InCachedSpace<'d, F> {
    /// Stands before `held`, so it is dropped first.
    future: F,
    held: Held<'d>,
}

/// The box of a call. It goes back to the slot if there is one.
struct Held<'d> {
    offer: Offer,
    slot: Option<&'d Slot>,
}

// SAFETY: any thread may free the box. Only the call that borrows the caller mutably has a slot.
unsafe impl Send for Held<'_> {}

impl<'d, F> InCachedSpace<'d, F> {
    #[inline]
    fn new(
        space: Option<(NonNull<u8>, Layout)>,
        slot: Option<&'d Slot>,
        start: impl FnOnce(Request<'_>) -> F,
    ) -> Self {
        let held = Held {
            offer: Offer::new(space, Some(grow)),
            slot,
        };
        // SAFETY: RE1: the box belongs to `held`, which is dropped after the future (CA3). RE2: it
        // goes back to the slot only in the destructor of `held`.
        let future = start(unsafe { Request::with(&held.offer) });
        Self { future, held }
    }
}

#[cold]
fn grow(space: Option<(NonNull<u8>, Layout)>, layout: Layout) -> (NonNull<u8>, Layout) {
    if let Some((memory, layout)) = space {
        // SAFETY: SL1, because the memory was in the slot. No future is in it yet.
        unsafe { free(memory, layout) };
    }
    let least = Layout::new::<FreeBox>();
    let size = layout.size().max(least.size());
    let align = layout.align().max(least.align());
    let layout = Layout::from_size_align(size, align).expect("a future fits into memory");
    (allocate(layout, Request::plain()), layout)
}

impl Drop for Held<'_> {
    #[inline]
    fn drop(&mut self) {
        let Some((memory, layout)) = self.offer.memory() else {
            return;
        };
        match self.slot {
            // SAFETY: SL2: this is the call that borrows the slot's owner mutably. `grow` made
            // the box large enough, and its future is gone.
            Some(slot) => unsafe { slot.put(memory, PackedLayout::new(layout)) },
            // SAFETY: `grow` allocated it.
            None => unsafe { free(memory, layout) },
        }
    }
}

impl<F: Future + Unpin> Future for InCachedSpace<'_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        Pin::new(&mut self.future).poll(cx)
    }
}

impl<F: fmt::Debug> fmt::Debug for InCachedSpace<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InCachedSpace")
            .field("future", &self.future)
            .field("recycles", &self.held.slot.is_some())
            .finish()
    }
}
