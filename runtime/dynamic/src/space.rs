//! [`Space`]: memory for the future of a call, inside the future of its caller.

use core::{
    cell::UnsafeCell,
    fmt,
    marker::{PhantomData, PhantomPinned},
    pin::Pin,
    ptr::NonNull,
    task::{Context, Poll},
};

use crate::{Caller, Request, buffer::Buffer, request::Offer};

/// Callers that offer `N` bytes, aligned as `A` is, inside the future of each call.
///
/// Such a call starts when it is polled for the first time, because its future has to stay where
/// it is from then on. Until then it holds the arguments.
///
/// An object with `Space` accepts every adapter, also one that allocates. [`OnlySpace`] does not.
#[derive(Debug)]
pub struct Space<const N: usize, A = u64> {
    _align: PhantomData<fn() -> A>,
}

/// Callers that offer what [`Space`] offers, and accept no adapter that allocates.
///
/// So a function that takes an object with `OnlySpace<N>` is narrower than one that takes any
/// object, and in exchange its calls never allocate. An object of another adapter does not compile.
///
/// ```
/// # futures_executor::block_on(async {
/// use wakeful_dynamic::{OnlySpace, Scratch, dyn_async};
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
/// async fn sum(mut meter: MeterMut<'_, OnlySpace<64>>) -> u32 {
///     meter.read().await + meter.read().await
/// }
///
/// let mut water = Scratch::<32, _>::new(Water(7));
/// let meter = MeterMut::new_with(&mut water, OnlySpace::new());
/// assert_eq!(sum(meter).await, 14);
/// # });
/// ```
///
/// ```compile_fail,E0080
/// use wakeful_dynamic::{Boxing, OnlySpace, dyn_async};
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
/// // `Boxing` allocates.
/// let mut water = Boxing::new(Water(7));
/// let _ = MeterMut::new_with(&mut water, OnlySpace::<64>::new());
/// ```
#[derive(Debug)]
pub struct OnlySpace<const N: usize, A = u64> {
    _align: PhantomData<fn() -> A>,
}

macro_rules! offers_space {
    ($name:ident, $may_allocate:expr) => {
        impl<const N: usize> $name<N> {
            /// Offers `N` bytes that are aligned to 8.
            pub const fn new() -> Self {
                Self::aligned()
            }
        }

        impl<const N: usize, A> $name<N, A> {
            /// Offers `N` bytes that are aligned as the type `A` is.
            pub const fn aligned() -> Self {
                Self {
                    _align: PhantomData,
                }
            }
        }

        impl<const N: usize, A> Clone for $name<N, A> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<const N: usize, A> Copy for $name<N, A> {}

        impl<const N: usize, A> Default for $name<N, A> {
            fn default() -> Self {
                Self::aligned()
            }
        }

        // SAFETY: CA1: `InSpace` makes one request. CA2: it offers a whole `Buffer<N, A>`.
        unsafe impl<const N: usize, A: Send> Caller for $name<N, A> {
            const SPACE: (usize, usize) = (N, align_of::<A>());
            const MAY_ALLOCATE: bool = $may_allocate;

            type Call<'d, F, S>
                = InSpace<N, A, F, S>
            where
                A: 'd,
                F: Future + Unpin,
                S: FnOnce(Request<'_>) -> F;

            type SendCall<'d, F, S>
                = InSpace<N, A, F, S>
            where
                A: 'd,
                F: Future + Unpin + Send,
                S: FnOnce(Request<'_>) -> F + Send;

            #[inline]
            unsafe fn call_mut<F, S>(&mut self, start: S) -> InSpace<N, A, F, S>
            where
                F: Future + Unpin,
                S: FnOnce(Request<'_>) -> F,
            {
                InSpace::new(start)
            }

            #[inline]
            unsafe fn call_ref<F, S>(&self, start: S) -> InSpace<N, A, F, S>
            where
                F: Future + Unpin,
                S: FnOnce(Request<'_>) -> F,
            {
                InSpace::new(start)
            }

            #[inline]
            unsafe fn send_call_mut<F, S>(&mut self, start: S) -> InSpace<N, A, F, S>
            where
                F: Future + Unpin + Send,
                S: FnOnce(Request<'_>) -> F + Send,
            {
                InSpace::new(start)
            }

            #[inline]
            unsafe fn send_call_ref<F, S>(&self, start: S) -> InSpace<N, A, F, S>
            where
                F: Future + Unpin + Send,
                S: FnOnce(Request<'_>) -> F + Send,
            {
                InSpace::new(start)
            }
        }
    };
}

offers_space!(Space, true);
offers_space!(OnlySpace, false);

/// The future of a call that offers `N` of its own bytes.
///
/// # Panics
/// If it is polled again after it was ready, or after the call's start panicked.
#[must_use = "a future does nothing until you `.await` or poll it"]
pub struct InSpace<const N: usize, A, F, S> {
    /// Stands before `space`, so it is dropped first.
    state: State<F, S>,
    /// The called future may be in here, and it has pointers to itself.
    space: UnsafeCell<Buffer<N, A>>,
    _pinned: PhantomPinned,
}

enum State<F, S> {
    Start(S),
    Running(F),
    /// The start of the call has panicked, or it is under way.
    Started,
}

impl<const N: usize, A, F, S> InSpace<N, A, F, S> {
    fn new(start: S) -> Self {
        Self {
            state: State::Start(start),
            space: UnsafeCell::new(Buffer::new()),
            _pinned: PhantomPinned,
        }
    }
}

impl<const N: usize, A, F, S> Future for InSpace<N, A, F, S>
where
    F: Future + Unpin,
    S: FnOnce(Request<'_>) -> F,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: nothing is moved out of `space`. `state` may move, because `F` is `Unpin` and
        // `S` is not polled.
        let this = unsafe { self.get_unchecked_mut() };
        if let State::Start(_) = this.state
            && let State::Start(start) = core::mem::replace(&mut this.state, State::Started)
        {
            let space = NonNull::from(&this.space).cast();
            let offer = Offer::new(Some((space, Buffer::<N, A>::LAYOUT)), None);
            // SAFETY: RE1 and RE2: `space` is pinned together with this future. It is freed after
            // `state` has dropped the call's future (CA3). If this future is leaked, its memory
            // stays as it is, because it is pinned.
            this.state = State::Running(start(unsafe { Request::with(&offer) }));
        }
        match &mut this.state {
            State::Running(future) => Pin::new(future).poll(cx),
            _ => panic!("a call is polled after its start panicked"),
        }
    }
}

impl<const N: usize, A, F, S> fmt::Debug for InSpace<N, A, F, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InSpace")
            .field("bytes", &N)
            .field("started", &!matches!(self.state, State::Start(_)))
            .finish_non_exhaustive()
    }
}
