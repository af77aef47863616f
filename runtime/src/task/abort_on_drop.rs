//! [`AbortOnDropHandle`]: a handle that aborts its task when it is dropped.

use super::join::{AbortHandle, JoinHandle};
use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

const DETACHED: &str = "`detach` consumes `self`, and only it takes the handle";

/// Waits for a task's output as its [`JoinHandle`] does, and aborts the task when
/// it is dropped.
///
/// Put it into the struct that needs the task: when the struct is dropped, the
/// task is aborted. smol's task handles work this way by default. The name and the
/// methods are those of `tokio-util`. For several tasks, use a
/// [`JoinSet`](super::JoinSet).
///
/// # Cancel safety
/// If you await `&mut handle` and drop the wait, nothing is lost. If you await
/// `handle` itself and drop the wait, the task is aborted.
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
    /// Wraps a handle. Dropping the result aborts the task.
    pub fn new(handle: JoinHandle<T>) -> Self {
        let handle = Some(handle);
        Self { handle }
    }

    /// Requests that the task's future is dropped, as [`JoinHandle::abort`] does.
    pub fn abort(&self) {
        self.as_ref().abort();
    }

    /// Whether the task has ended: with an output, by an abort or by a panic.
    pub fn is_finished(&self) -> bool {
        self.as_ref().is_finished()
    }

    /// Returns a handle that can only abort the task. Dropping that handle does
    /// nothing.
    ///
    /// # Panics
    /// If the output has been collected already.
    #[track_caller]
    pub fn abort_handle(&self) -> AbortHandle {
        self.as_ref().abort_handle()
    }

    /// Returns the task's own handle. Dropping that one lets the task run on.
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
