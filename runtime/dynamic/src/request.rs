//! [`Request`]: what a caller offers to the adapter, and what it asks of it.

use core::{alloc::Layout, fmt, ptr::NonNull};

/// What a caller sends along with a call: a piece of its own memory, if it offers one, and
/// whether the adapter may allocate.
///
/// The objects that `#[dyn_async]` generates make a request for each call. An adapter passes it on
/// to another adapter, or asks it for memory.
#[derive(Clone, Copy)]
pub struct Request<'r> {
    /// `None` is the usual request: no memory, and the adapter may allocate. So the usual request
    /// is one null pointer.
    inner: Option<&'r Offer>,
}

/// A request that is not the usual one.
#[derive(Clone, Copy)]
pub(crate) struct Offer {
    /// The start and the layout of the caller's memory.
    pub(crate) space: Option<(NonNull<u8>, Layout)>,
    pub(crate) may_allocate: bool,
}

impl Offer {
    /// What a plain request means.
    pub(crate) const NOTHING: Self = Self {
        space: None,
        may_allocate: true,
    };
}

impl<'r> Request<'r> {
    /// A request without memory, which allows the adapter to allocate.
    pub const fn plain() -> Self {
        Self { inner: None }
    }

    /// # Safety
    /// - **RE1** The offered memory is valid for reads and writes until the future of the call is
    ///   gone, and nothing else uses it in that time.
    /// - **RE2** If that future is leaked, the memory is never written, moved or freed again.
    /// - **RE3** The request is part of one call only.
    pub(crate) unsafe fn with(offer: &'r Offer) -> Self {
        Self { inner: Some(offer) }
    }

    /// The same request, but the adapter may not allocate. `offer` is where it is kept.
    pub(crate) fn without_allocation(self, offer: &'r mut Offer) -> Self {
        *offer = Offer {
            space: self.inner.and_then(|inner| inner.space),
            may_allocate: false,
        };
        Self { inner: Some(offer) }
    }

    /// The caller's memory, if it offers any and `layout` fits into it.
    ///
    /// The memory is for one future, and it satisfies EM1 and EM2 of
    /// [`emplace`](crate::DynFuture::emplace) for a call whose `DynFuture` the adapter returns
    /// (AD2 of [`Adapter`](crate::Adapter)).
    pub fn space(&self, layout: Layout) -> Option<NonNull<u8>> {
        let (start, space) = self.inner?.space?;
        (layout.size() <= space.size() && layout.align() <= space.align()).then_some(start)
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
    pub fn may_allocate(&self) -> bool {
        self.inner.is_none_or(|inner| inner.may_allocate)
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
        f.debug_struct("Request")
            .field(
                "space",
                &self
                    .inner
                    .and_then(|inner| inner.space)
                    .map(|(_, layout)| layout),
            )
            .field("may_allocate", &self.may_allocate())
            .finish()
    }
}
