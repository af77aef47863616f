//! A handle that takes its task along.

use super::join::{AbortHandle, JoinHandle};
use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

const DETACHED: &str = "only `detach` takes the handle, and the whole of this with it";

/// Waits for a task's output as the [`JoinHandle`] in it does, and aborts the
/// task when it is dropped.
///
/// For a task that is nobody's business once its owner is gone, as a field of
/// that owner. This is what a handle of smol does on its own; the name and the
/// methods are those of `tokio-util`. For several tasks there is
/// [`JoinSet`](super::JoinSet).
///
/// # Cancel safety
/// Awaiting `&mut handle` loses nothing if the wait is dropped; awaiting the
/// handle, dropped, aborts the task.
///
/// ```
/// use wakeful::{sync::oneshot, task::AbortOnDropHandle};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let (mut held, holder) = oneshot::channel::<()>();
///     let task = AbortOnDropHandle::new(wakeful::spawn(async move {
///         let _held_until_the_end = holder;
///         std::future::pending::<()>().await;
///     }));
///     drop(task);
///     held.closed().await;
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use = "dropping the handle aborts the task; `detach` lets it go on"]
pub struct AbortOnDropHandle<T> {
    /// `None` in the drop that follows `detach`.
    handle: Option<JoinHandle<T>>,
}

impl<T> AbortOnDropHandle<T> {
    /// Has the task aborted when the handle goes.
    pub fn new(handle: JoinHandle<T>) -> Self {
        let handle = Some(handle);
        Self { handle }
    }

    /// Asks for the task to be dropped, as
    /// [`JoinHandle::abort`] does. The handle then tells whether it has.
    pub fn abort(&self) {
        self.as_ref().abort();
    }

    /// Whether the task has ended, in whatever way.
    pub fn is_finished(&self) -> bool {
        self.as_ref().is_finished()
    }

    /// A handle that can only abort, and does so when it is told.
    ///
    /// # Panics
    /// If the output has been collected already.
    #[track_caller]
    pub fn abort_handle(&self) -> AbortHandle {
        self.as_ref().abort_handle()
    }

    /// The task's own handle, whose drop lets the task go on.
    pub fn detach(mut self) -> JoinHandle<T> {
        self.handle.take().expect(DETACHED)
    }
}

impl<T> AsRef<JoinHandle<T>> for AbortOnDropHandle<T> {
    fn as_ref(&self) -> &JoinHandle<T> {
        self.handle.as_ref().expect(DETACHED)
    }
}

impl<T> Future for AbortOnDropHandle<T> {
    type Output = <JoinHandle<T> as Future>::Output;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(self.handle.as_mut().expect(DETACHED)).poll(context)
    }
}

impl<T> Drop for AbortOnDropHandle<T> {
    fn drop(&mut self) {
        if let Some(handle) = &self.handle {
            handle.abort();
        }
    }
}

impl<T> fmt::Debug for AbortOnDropHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AbortOnDropHandle")
            .field(self.as_ref())
            .finish()
    }
}
