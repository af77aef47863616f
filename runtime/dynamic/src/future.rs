//! [`DynFuture`]: two words that own a future, wherever it lives.

use core::{
    alloc::Layout,
    fmt,
    marker::PhantomData,
    pin::Pin,
    ptr::{self, NonNull},
    task::{Context, Poll},
};

use crate::place::{Place, ReleaseOnDrop};

/// The future of one call of a `dyn` method: two words, a pointer to the future and a pointer to
/// its functions.
///
/// The code that awaits a `DynFuture` never sees where the future lives. It may be in a box, in a
/// field of the called object or in the caller's own future.
///
/// After it returned [`Poll::Ready`], the future inside is already gone and its memory is given
/// back. This type is `Unpin`, because moving it does not move the future.
///
/// A `DynFuture` stays on its thread. [`SendDynFuture`] may move to another.
///
/// # Cancel safety
/// Dropping a `DynFuture` drops the future inside, so a call is as cancel safe as the method it
/// calls. Leaking it with [`mem::forget`](core::mem::forget) is safe. Each adapter says what
/// happens to the memory then.
///
/// # Panics
/// If it is polled again after it returned [`Poll::Ready`].
#[must_use = "a future does nothing until you `.await` or poll it"]
pub struct DynFuture<'d, T> {
    /// Points to a `Placed`, which is gone if the functions are those of [`Finished`]. Such a pointer
    /// is neither `Send` nor `Sync`.
    data: NonNull<()>,
    functions: &'d Functions<T>,
}

/// The two functions of a `DynFuture`, for one type of place and future.
struct Functions<T> {
    /// Polls the future. If it is ready, drops it and releases the memory. If its destructor
    /// panics, sets the handle's functions to those of [`Finished`].
    poll: for<'f> unsafe fn(NonNull<()>, &mut Context<'_>, Handle<'_, 'f, T>) -> Poll<T>,
    /// Drops the future and releases the memory.
    drop: unsafe fn(NonNull<()>),
    is_finished: bool,
}

/// Where a `DynFuture` has its functions.
type Handle<'h, 'f, T> = &'h mut &'f Functions<T>;

/// The functions of a `DynFuture` whose future is gone. So neither `poll` nor `drop` needs a check
/// whether it is there.
struct Finished<T>(PhantomData<T>);

impl<T> Finished<T> {
    const FUNCTIONS: Functions<T> = Functions {
        poll: Self::poll,
        drop: Self::drop,
        is_finished: true,
    };

    fn poll(_: NonNull<()>, _: &mut Context<'_>, _: Handle<'_, '_, T>) -> Poll<T> {
        panic!("a `DynFuture` is polled after it was ready")
    }

    fn drop(_: NonNull<()>) {}
}

/// What [`DynFuture::emplace`] writes into the memory.
#[repr(C)]
struct Placed<P, F> {
    place: P,
    future: F,
}

impl<'d, T> DynFuture<'d, T> {
    /// The memory that a future of type `F` needs, together with its place. A place without
    /// fields needs no memory of its own.
    pub const fn layout<P: Place, F: Future<Output = T>>() -> Layout {
        Layout::new::<Placed<P, F>>()
    }

    /// Writes a place and the future that `make` returns into `memory`, and returns the handle
    /// that owns them.
    ///
    /// If `make` panics, the place releases the memory.
    ///
    /// # Safety
    /// - **EM1** `memory` is valid for reads and writes of [`layout::<P, F>()`](Self::layout), and
    ///   aligned to it, from now until `place.release` is called. Nothing else reads or writes it
    ///   in that time.
    /// - **EM2** If the returned handle is leaked, the memory is never written, moved or freed
    ///   again. The future may be pinned inside, and other code may hold pointers to it.
    /// - **EM3** Everything that `place` points to stays valid for `'d`.
    pub unsafe fn emplace<P, F>(memory: NonNull<u8>, place: P, make: impl FnOnce() -> F) -> Self
    where
        P: Place + 'd,
        F: Future<Output = T> + 'd,
        T: 'd,
    {
        // SAFETY: EM1. If `make` panics, there is no future in the memory.
        let release = unsafe { ReleaseOnDrop::new(place, memory, Self::layout::<P, F>()) };
        let future = make();
        let place = release.disarm();
        let data = memory.cast::<Placed<P, F>>();
        // SAFETY: EM1.
        unsafe { data.write(Placed { place, future }) };
        Self {
            data: data.cast(),
            functions: &Typed::<P, F>::FUNCTIONS,
        }
    }
}

impl<T> DynFuture<'_, T> {
    /// A handle whose future is gone.
    #[inline]
    pub(crate) const fn finished() -> Self {
        Self {
            data: NonNull::dangling(),
            functions: &Finished::FUNCTIONS,
        }
    }

    /// Polls this new call. If it is pending, moves it into `handle`, which is finished.
    #[inline]
    pub(crate) fn start(mut self, cx: &mut Context<'_>, handle: &mut Self) -> Poll<T> {
        // A pending poll changes neither. Copies of them need not be read back from memory.
        let (data, functions) = (self.data, self.functions);
        let result = Pin::new(&mut self).poll(cx);
        if result.is_pending() {
            handle.data = data;
            handle.functions = functions;
            core::mem::forget(self);
        }
        result
    }

    /// Leaks the future if there is one.
    #[inline]
    pub(crate) const fn forget(&mut self) {
        self.functions = &Finished::FUNCTIONS;
    }
}

/// The functions for one type of place and future.
struct Typed<P, F>(PhantomData<(P, F)>);

impl<P: Place, F: Future> Typed<P, F> {
    const FUNCTIONS: Functions<F::Output> = Functions {
        poll: Self::poll,
        drop: Self::drop,
        is_finished: false,
    };

    /// # Safety
    /// `data` was made by `emplace::<P, F>` and is not finished. `handle` belongs to its
    /// `DynFuture`. If this returns `Ready`, or panics with other functions in `handle`, it is
    /// finished.
    #[expect(
        clippy::inline_always,
        reason = "`private::start` polls a new future, whose state the compiler knows there"
    )]
    #[inline(always)]
    unsafe fn poll(
        data: NonNull<()>,
        cx: &mut Context<'_>,
        handle: Handle<'_, '_, F::Output>,
    ) -> Poll<F::Output> {
        let placed = data.cast::<Placed<P, F>>().as_ptr();
        // SAFETY: EM1 and EM2: the future is there and stays there until `finish` drops it.
        let future = unsafe { Pin::new_unchecked(&mut (*placed).future) };
        let Poll::Ready(output) = future.poll(cx) else {
            return Poll::Pending;
        };
        let finished = FinishOnDrop(handle);
        // SAFETY: the future is not finished yet. If its destructor panics, `finished` tells that
        // to the handle. Otherwise the result `Ready` does.
        unsafe { Self::finish(data) };
        core::mem::forget(finished);
        Poll::Ready(output)
    }

    /// # Safety
    /// As for `finish`.
    unsafe fn drop(data: NonNull<()>) {
        // SAFETY: the caller's promise.
        unsafe { Self::finish(data) }
    }

    /// The second half of `poll`, and all of `drop`.
    ///
    /// # Safety
    /// `data` was made by `emplace::<P, F>`, and this is the only call of `finish` with it.
    #[expect(
        clippy::inline_always,
        reason = "in `poll`, the compiler often knows that the future has nothing left to drop"
    )]
    #[inline(always)]
    unsafe fn finish(data: NonNull<()>) {
        let placed = data.cast::<Placed<P, F>>().as_ptr();
        // SAFETY: EM1: both fields are there. The place is read once, because `finish` runs once.
        // The guard releases the memory after the future is gone, also if its destructor panics.
        unsafe {
            let place = (&raw const (*placed).place).read();
            let memory = data.cast();
            let _release = ReleaseOnDrop::new(place, memory, Layout::new::<Placed<P, F>>());
            ptr::drop_in_place(&raw mut (*placed).future);
        }
    }
}

/// Sets the functions of a handle when a panic drops it.
struct FinishOnDrop<'h, 'f, T>(Handle<'h, 'f, T>);

impl<T> Drop for FinishOnDrop<'_, '_, T> {
    #[cold]
    fn drop(&mut self) {
        *self.0 = &Finished::FUNCTIONS;
    }
}

impl<T> Future for DynFuture<'_, T> {
    type Output = T;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let (data, functions) = (self.data, self.functions);
        // SAFETY: `emplace` made `data` together with `functions`, and it is not finished.
        // Otherwise these are the functions of `Finished`, which take any pointer.
        let result = unsafe { (functions.poll)(data, cx, &mut self.functions) };
        if result.is_ready() {
            // The callee could do this too, but then the compiler would not know here that `drop`
            // has nothing to do.
            self.forget();
        }
        result
    }
}

impl<T> Drop for DynFuture<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: as in `poll`. No call follows.
        unsafe { (self.functions.drop)(self.data) }
    }
}

impl<T> fmt::Debug for DynFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynFuture")
            .field("finished", &self.functions.is_finished)
            .finish_non_exhaustive()
    }
}

/// A [`DynFuture`] that may move to another thread. `#[dyn_async(Send)]` uses it.
#[derive(Debug)]
#[must_use = "a future does nothing until you `.await` or poll it"]
pub struct SendDynFuture<'d, T>(DynFuture<'d, T>);

// SAFETY: `new` promises that the future is `Send`, and PL1 that its place may be released there.
unsafe impl<T> Send for SendDynFuture<'_, T> {}
// SAFETY: a shared reference gives access to nothing but `Debug`, which reads one pointer.
unsafe impl<T> Sync for SendDynFuture<'_, T> {}

impl<'d, T> SendDynFuture<'d, T> {
    /// # Safety
    /// The future inside is `Send`, and an adapter whose futures may move to
    /// [`AnyThread`](crate::AnyThread) made the call.
    pub(crate) unsafe fn new(future: DynFuture<'d, T>) -> Self {
        Self(future)
    }
}

impl<T> SendDynFuture<'_, T> {
    /// A handle whose future is gone.
    #[inline]
    pub(crate) const fn finished() -> Self {
        Self(DynFuture::finished())
    }

    /// Polls this new call. If it is pending, moves it into `handle`, which is finished.
    #[inline]
    pub(crate) fn start(self, cx: &mut Context<'_>, handle: &mut Self) -> Poll<T> {
        self.0.start(cx, &mut handle.0)
    }

    /// Leaks the future if there is one.
    #[inline]
    pub(crate) const fn forget(&mut self) {
        self.0.forget();
    }
}

impl<T> Future for SendDynFuture<'_, T> {
    type Output = T;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        Pin::new(&mut self.0).poll(cx)
    }
}
