//! [`Request`]: what a caller offers to the adapter, and what it asks of it.

use core::{alloc::Layout, cell::Cell, fmt, ptr::NonNull};

/// What a caller sends along with a call: a piece of its own memory, if it offers one, and
/// whether the adapter may allocate.
///
/// The objects that `#[dyn_async]` generates make a request for each call. An adapter passes it on
/// to another adapter, or asks it for memory.
#[derive(Clone, Copy)]
pub struct Request<'r> {
    /// The usual request offers nothing, and this is a null pointer.
    offer: Option<&'r Offer>,
    may_allocate: bool,
}

/// The memory that a caller offers for one call.
pub(crate) struct Offer {
    /// Its start and its layout. `None` if an offer that grows has no memory yet.
    space: Cell<Option<(NonNull<u8>, Layout)>>,
    /// Whether the adapter has taken the memory. It can do that once.
    taken: Cell<bool>,
    /// Replaces the memory if it is too small.
    grow: Option<Grow>,
}

/// Frees the memory, if there is any, and returns larger memory.
pub(crate) type Grow = fn(Option<(NonNull<u8>, Layout)>, Layout) -> (NonNull<u8>, Layout);

impl Offer {
    #[inline]
    pub(crate) const fn new(space: Option<(NonNull<u8>, Layout)>, grow: Option<Grow>) -> Self {
        Self {
            space: Cell::new(space),
            taken: Cell::new(false),
            grow,
        }
    }

    /// The memory, which may have grown.
    #[inline]
    #[cfg(feature = "alloc")]
    pub(crate) fn memory(&self) -> Option<(NonNull<u8>, Layout)> {
        self.space.get()
    }
}

impl<'r> Request<'r> {
    /// A request without memory, which allows the adapter to allocate.
    #[inline]
    pub const fn plain() -> Self {
        Self {
            offer: None,
            may_allocate: true,
        }
    }

    /// # Safety
    /// - **RE1** The offered memory, and the memory that `grow` returns, is valid for reads and
    ///   writes until the future of the call is gone, and nothing else uses it in that time.
    /// - **RE2** If that future is leaked, the memory is never written, moved or freed again.
    #[inline]
    pub(crate) unsafe fn with(offer: &'r Offer) -> Self {
        Self {
            offer: Some(offer),
            may_allocate: true,
        }
    }

    /// The same request, but the adapter may not allocate.
    #[inline]
    #[must_use]
    pub fn without_allocation(self) -> Self {
        Self {
            may_allocate: false,
            ..self
        }
    }

    /// Takes the caller's memory, if it offers any and `layout` fits into it. Only the first call
    /// returns memory.
    ///
    /// The memory is for one future, and it satisfies EM1 and EM2 of
    /// [`emplace`](crate::DynFuture::emplace) for a call whose `DynFuture` the adapter returns
    /// (AD2 of [`Adapter`](crate::Adapter)).
    #[inline]
    pub fn space(&self, layout: Layout) -> Option<NonNull<u8>> {
        let offer = self.offer?;
        if offer.taken.get() {
            return None;
        }
        let space = offer.space.get();
        let fits = |&(_, space): &(_, Layout)| {
            layout.size() <= space.size() && layout.align() <= space.align()
        };
        let (start, _) = match (space.filter(fits), offer.grow) {
            (Some(space), _) => space,
            (None, Some(grow)) => {
                self.refuse_allocation(layout);
                let grown = grow(space, layout);
                offer.space.set(Some(grown));
                grown
            }
            (None, None) => return None,
        };
        offer.taken.set(true);
        Some(start)
    }

    /// Panics if the adapter may not allocate.
    #[inline]
    pub(crate) fn refuse_allocation(&self, layout: Layout) {
        if !self.may_allocate() {
            refuse(layout);
        }
    }

    /// Whether the adapter may allocate memory for this call. If not, and if there is no other
    /// way to answer, the adapter panics with a message that says so.
    #[inline]
    pub fn may_allocate(&self) -> bool {
        self.may_allocate
    }
}

#[cold]
fn refuse(layout: Layout) -> ! {
    panic!(
        "a call needs {} bytes of the heap for its future, and this object must not allocate: \
         use an adapter that keeps its futures elsewhere, or remove `NoAlloc`",
        layout.size()
    )
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let space = self.offer.and_then(|offer| offer.space.get());
        f.debug_struct("Request")
            .field("space", &space.map(|(_, layout)| layout))
            .field("may_allocate", &self.may_allocate)
            .finish()
    }
}
