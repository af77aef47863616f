//! [`Caller`]: the memory that the callers of an object offer to its calls.

use crate::Request;

/// What the callers of an object offer. It is the last parameter of the objects that
/// `#[dyn_async]` generates.
///
/// - [`NoSpace`] is the default. A call is a [`DynFuture`](crate::DynFuture) of two words.
/// - [`Space<N>`](crate::Space) offers `N` bytes inside the future of each call. Every adapter is
///   welcome.
/// - [`CachedSpace`](crate::CachedSpace) offers a box, which the calls of one object use one after
///   the other.
/// - [`OnlySpace<N>`](crate::OnlySpace) offers them too, and accepts no adapter that allocates.
///
/// # Safety
/// - **CA1** `call_mut` and `call_ref` pass a request to `start` at most once for each call. A
///   request with memory satisfies RE1 and RE2 of [`Request`].
/// - **CA2** A request offers at least `SPACE`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot offer memory to the calls of an object",
    label = "this is not a `Caller`",
    note = "a leaked call may stay pinned in its memory, and a borrow does not keep the memory for it",
    note = "`Space::<64>::new()` offers 64 bytes in the future of each call",
    note = "`CachedSpace::new()` offers a box, and uses it for one call after the other"
)]
pub unsafe trait Caller {
    /// The bytes that each call offers, and their alignment.
    const SPACE: (usize, usize);

    /// Whether the adapter of the object may allocate.
    const MAY_ALLOCATE: bool = true;

    /// The future of a call.
    type Call<'d, F, S>: Future<Output = F::Output>
    where
        Self: 'd,
        F: Future + Unpin,
        S: FnOnce(Request<'_>) -> F;

    /// The future of a call with `#[dyn_async(Send)]`.
    type SendCall<'d, F, S>: Future<Output = F::Output> + Send
    where
        Self: 'd,
        F: Future + Unpin + Send,
        S: FnOnce(Request<'_>) -> F + Send;

    /// Calls a method with `&mut self`.
    ///
    /// # Safety
    /// - **CA3** `start` passes its request to one call of an object's method, and returns the
    ///   future of this call.
    unsafe fn call_mut<F, S>(&mut self, start: S) -> Self::Call<'_, F, S>
    where
        F: Future + Unpin,
        S: FnOnce(Request<'_>) -> F;

    /// Calls a method with `&self`.
    ///
    /// # Safety
    /// CA3.
    unsafe fn call_ref<F, S>(&self, start: S) -> Self::Call<'_, F, S>
    where
        F: Future + Unpin,
        S: FnOnce(Request<'_>) -> F;

    /// `call_mut` for `#[dyn_async(Send)]`.
    ///
    /// # Safety
    /// CA3.
    unsafe fn send_call_mut<F, S>(&mut self, start: S) -> Self::SendCall<'_, F, S>
    where
        F: Future + Unpin + Send,
        S: FnOnce(Request<'_>) -> F + Send;

    /// `call_ref` for `#[dyn_async(Send)]`.
    ///
    /// # Safety
    /// CA3.
    unsafe fn send_call_ref<F, S>(&self, start: S) -> Self::SendCall<'_, F, S>
    where
        F: Future + Unpin + Send,
        S: FnOnce(Request<'_>) -> F + Send;
}

/// Callers that offer no memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSpace;

// SAFETY: CA1 and CA2: a plain request offers nothing.
unsafe impl Caller for NoSpace {
    const SPACE: (usize, usize) = (0, 1);

    type Call<'d, F, S>
        = F
    where
        F: Future + Unpin,
        S: FnOnce(Request<'_>) -> F;

    type SendCall<'d, F, S>
        = F
    where
        F: Future + Unpin + Send,
        S: FnOnce(Request<'_>) -> F + Send;

    #[inline]
    unsafe fn call_mut<F, S>(&mut self, start: S) -> F
    where
        F: Future + Unpin,
        S: FnOnce(Request<'_>) -> F,
    {
        start(Request::plain())
    }

    #[inline]
    unsafe fn call_ref<F, S>(&self, start: S) -> F
    where
        F: Future + Unpin,
        S: FnOnce(Request<'_>) -> F,
    {
        start(Request::plain())
    }

    #[inline]
    unsafe fn send_call_mut<F, S>(&mut self, start: S) -> F
    where
        F: Future + Unpin + Send,
        S: FnOnce(Request<'_>) -> F + Send,
    {
        start(Request::plain())
    }

    #[inline]
    unsafe fn send_call_ref<F, S>(&self, start: S) -> F
    where
        F: Future + Unpin + Send,
        S: FnOnce(Request<'_>) -> F + Send,
    {
        start(Request::plain())
    }
}
