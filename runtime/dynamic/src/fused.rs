//! [`Fused`]: a call that starts and is polled for the first time through one `dyn` call.

use core::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{DynFuture, SendDynFuture};

/// The future of a call of a method with `#[dyn_async(fused)]`.
///
/// `start` starts the call and polls it once. It returns the result if there is one. Otherwise it
/// writes the call into the handle.
#[must_use = "a future does nothing until you `.await` or poll it"]
pub struct Fused<H, S> {
    /// `None` after the first poll.
    start: Option<S>,
    /// Finished until `start` has written a call into it.
    running: H,
}

impl<H, S> Fused<H, S>
where
    H: Handle,
    S: FnOnce(&mut Context<'_>, &mut H) -> Poll<H::Output>,
{
    /// A call that has not started.
    #[inline]
    pub fn new(start: S) -> Self {
        Self {
            start: Some(start),
            running: H::finished(),
        }
    }
}

/// `start` is never pinned.
impl<H: Unpin, S> Unpin for Fused<H, S> {}

impl<H, S> Future for Fused<H, S>
where
    H: Handle,
    S: FnOnce(&mut Context<'_>, &mut H) -> Poll<H::Output>,
{
    type Output = H::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<H::Output> {
        let Some(start) = self.start.take() else {
            return Pin::new(&mut self.running).poll(cx);
        };
        let result = start(cx, &mut self.running);
        if result.is_ready() {
            // It is finished already. With this, the compiler knows that too, and removes its
            // destructor.
            self.running.forget();
        }
        result
    }
}

impl<H: fmt::Debug, S> fmt::Debug for Fused<H, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fused")
            .field("started", &self.start.is_none())
            .field("running", &self.running)
            .finish()
    }
}

/// Polls a new call. If it is pending, moves it into `handle`, which is finished.
#[inline]
pub fn start<H: Handle>(call: H, cx: &mut Context<'_>, handle: &mut H) -> Poll<H::Output> {
    call.start(cx, handle)
}

/// The two types of handles.
pub trait Handle: Future + Unpin + Sized {
    /// A handle whose future is gone.
    fn finished() -> Self;

    /// As the function [`start`].
    fn start(self, cx: &mut Context<'_>, handle: &mut Self) -> Poll<Self::Output>;

    /// Leaks the future if there is one. The handle is finished then.
    fn forget(&mut self);
}

impl<T> Handle for DynFuture<'_, T> {
    #[inline]
    fn finished() -> Self {
        Self::finished()
    }

    #[inline]
    fn start(self, cx: &mut Context<'_>, handle: &mut Self) -> Poll<T> {
        self.start(cx, handle)
    }

    #[inline]
    fn forget(&mut self) {
        self.forget();
    }
}

impl<T> Handle for SendDynFuture<'_, T> {
    #[inline]
    fn finished() -> Self {
        Self::finished()
    }

    #[inline]
    fn start(self, cx: &mut Context<'_>, handle: &mut Self) -> Poll<T> {
        self.start(cx, handle)
    }

    #[inline]
    fn forget(&mut self) {
        self.forget();
    }
}
