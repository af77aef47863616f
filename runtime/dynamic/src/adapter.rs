//! [`Adapter`]: the choice of where the futures of an object live.

use core::pin::Pin;

use crate::{DynFuture, Request, SendDynFuture};

/// A value together with the choice of where the futures of its methods live.
///
/// The objects that `#[dyn_async]` generates accept only adapters, so that each place that makes
/// an object says where its futures live. You can write your own adapter. The example
/// `own_adapter` does that.
///
/// # Safety
/// An implementation keeps these rules:
///
/// - **AD1** Each call of `call_mut` and `call_ref` calls `make` at most once, and returns a
///   `DynFuture` that owns the future which `make` returned.
/// - **AD2** An adapter that uses the memory of [`Request::space`] uses it for this one future. It
///   does not leak the `DynFuture`, and does not keep it.
/// - **AD3** `inner` and `inner_mut` always return the same value. `call_mut` and `call_ref` give the
///   same value to `make`.
/// - **AD4** With `Threads = AnyThread`: if the future of a call is `Send`, then another thread may
///   poll and drop the returned `DynFuture`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot become a `dyn` object without an adapter",
    label = "this value needs an adapter",
    note = "an adapter says where the futures of the async methods live",
    note = "`Boxing::new(value)` boxes the future of each call",
    note = "`Cached::new(value)` boxes the first one and uses the box again",
    note = "`Inline::<64, _>::new(value)` allocates nothing, and keeps the future in the object"
)]
pub unsafe trait Adapter {
    /// The type whose methods are called.
    type Inner;

    /// How many calls can run at once: [`OneCall`] or [`ManyCalls`].
    type Calls;

    /// Which threads may poll and drop the futures of calls: [`OneThread`] or [`AnyThread`].
    type Threads;

    /// The bytes that the caller has to offer, and their alignment. An object whose callers offer
    /// less does not accept this adapter. The default is no bytes.
    const SPACE: (usize, usize) = (0, 1);

    /// Whether a call may allocate memory of the heap. [`OnlySpace`](crate::OnlySpace) refuses such
    /// adapters.
    const ALLOCATES: bool;

    /// The value, for methods that are not async.
    fn inner(self: Pin<&Self>) -> &Self::Inner;

    /// The value, for methods that are not async.
    fn inner_mut(self: Pin<&mut Self>) -> &mut Self::Inner;

    /// Starts a call of a method with `&mut self`. `make` returns the method's future.
    fn call_mut<'s, 'd, K, M, F>(
        self: Pin<&'s mut Self>,
        request: Request<'_>,
        make: M,
    ) -> DynFuture<'d, F::Output>
    where
        's: 'd,
        K: Kind,
        M: FnOnce(&'s mut Self::Inner) -> F,
        F: Future + 'd,
        F::Output: 'd;

    /// Starts a call of a method with `&self`. `make` returns the method's future.
    fn call_ref<'s, 'd, K, M, F>(
        self: Pin<&'s Self>,
        request: Request<'_>,
        make: M,
    ) -> DynFuture<'d, F::Output>
    where
        's: 'd,
        K: Kind,
        M: FnOnce(&'s Self::Inner) -> F,
        F: Future + 'd,
        F::Output: 'd,
        Self::Calls: ServesShared,
    {
        // No adapter without a body of its own has such `Calls`.
        let _ = (request, make);
        panic!("this adapter serves several calls at once, but does not define `call_ref`")
    }
}

/// [`Adapter::Calls`] of an adapter with room for one future. It serves methods with `&mut self`.
#[derive(Debug)]
pub enum OneCall {}

/// [`Adapter::Calls`] of an adapter that also serves methods with `&self`. Several of their
/// futures may exist at once.
#[derive(Debug)]
pub enum ManyCalls {}

/// The bound that a trait with async `&self` methods puts on [`Adapter::Calls`].
#[diagnostic::on_unimplemented(
    message = "this adapter does not serve methods with `&self`",
    label = "this adapter has room for one future only",
    note = "several calls of a method with `&self` can run at once, and each has a future",
    note = "use `Pool::new(value)` or `Boxing::new(value)` for this trait",
    note = "without a heap, use `Scratch::<64, _>::new(value)`, and callers with `Space::<64>`"
)]
pub trait ServesShared {}
impl ServesShared for ManyCalls {}

/// [`Adapter::Threads`] of an adapter whose futures stay on the thread that made the call.
#[derive(Debug)]
pub enum OneThread {}

/// [`Adapter::Threads`] of an adapter whose futures may move to another thread (AD4).
#[derive(Debug)]
pub enum AnyThread {}

/// The bound that `#[dyn_async(Send)]` puts on [`Adapter::Threads`].
#[diagnostic::on_unimplemented(
    message = "the futures of this adapter have to stay on their thread",
    label = "`#[dyn_async(Send)]` needs an adapter whose futures may move"
)]
pub trait ServesSend {}
impl ServesSend for AnyThread {}

/// How often an object's user calls a method: [`Often`] or [`Once`].
pub trait Kind {
    /// Whether the adapter should keep no memory for the next call.
    const ONCE: bool;
}

/// The usual kind. An adapter may keep the memory of a call for the next one.
#[derive(Debug)]
pub enum Often {}

/// The kind of a method with `#[dyn_async(once)]`, such as `connect`. The adapter keeps no memory
/// after the call.
#[derive(Debug)]
pub enum Once {}

impl Kind for Often {
    const ONCE: bool = false;
}

impl Kind for Once {
    const ONCE: bool = true;
}

/// [`Adapter::call_mut`] for `#[dyn_async(Send)]`.
pub fn send_call_mut<'s, 'd, K, A, M, F>(
    adapter: Pin<&'s mut A>,
    request: Request<'_>,
    make: M,
) -> SendDynFuture<'d, F::Output>
where
    's: 'd,
    K: Kind,
    A: Adapter,
    A::Threads: ServesSend,
    M: FnOnce(&'s mut A::Inner) -> F,
    F: Future + Send + 'd,
    F::Output: 'd,
{
    // SAFETY: AD1 and AD4: the future inside is that of `make`, which is `Send`.
    unsafe { SendDynFuture::new(adapter.call_mut::<K, M, F>(request, make)) }
}

/// [`Adapter::call_ref`] for `#[dyn_async(Send)]`.
pub fn send_call_ref<'s, 'd, K, A, M, F>(
    adapter: Pin<&'s A>,
    request: Request<'_>,
    make: M,
) -> SendDynFuture<'d, F::Output>
where
    's: 'd,
    K: Kind,
    A: Adapter,
    A::Threads: ServesSend,
    A::Calls: ServesShared,
    M: FnOnce(&'s A::Inner) -> F,
    F: Future + Send + 'd,
    F::Output: 'd,
{
    // SAFETY: AD1 and AD4, as above.
    unsafe { SendDynFuture::new(adapter.call_ref::<K, M, F>(request, make)) }
}
