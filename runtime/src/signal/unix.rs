//! Listening for a signal on Unix.

use super::{SignalKind, pipe::SignalPipe};
use crate::{budget, runtime::Handle, taskdump};
use signal_hook::consts::FORBIDDEN;
use std::{
    fmt,
    future::poll_fn,
    io, ptr,
    sync::Arc,
    task::{Context, Poll, ready},
};

/// Listens for a signal, given by name ([`SignalKind`]) or number
/// (`libc::SIGTERM`).
///
/// From now on the signal no longer has its default effect, even after the
/// listener is dropped. You cannot listen for `SIGKILL`, `SIGSTOP`, `SIGILL`,
/// `SIGFPE` and `SIGSEGV`.
///
/// # Errors
/// When the handler cannot be installed, or the system has no descriptors left
/// for a pipe. All listeners of a runtime for one signal share a pipe.
///
/// # Panics
/// Outside a runtime, and for one of the five signals above.
///
/// ```
/// use wakeful::signal::unix::{SignalKind, signal};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let mut reload = signal(SignalKind::hangup())?;
///     # let kill = std::process::Command::new("kill");
///     # { kill }.args(["-HUP", &std::process::id().to_string()]).status()?;
///     reload.recv().await?;
///     println!("read the settings again");
///     Ok::<(), std::io::Error>(())
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[track_caller]
pub fn signal(kind: impl Into<SignalKind>) -> io::Result<Signal> {
    let number = kind.into().as_raw_value();
    assert!(
        !FORBIDDEN.contains(&number),
        "you cannot listen for signal {number}: the system does not allow it, or the program \
         cannot go on after it"
    );
    let pipe = SignalPipe::of(number, Handle::current().reactor())?;
    Ok(Signal {
        key: pipe.add_listener(),
        seen: pipe.count().delivered(),
        pipe,
    })
}

/// Listens for a signal. See [`signal`].
pub struct Signal {
    pipe: Arc<SignalPipe>,
    key: usize,
    /// The count that it has returned for.
    seen: usize,
}

impl Signal {
    /// Waits for the signal. All signals since the last call count as one.
    ///
    /// tokio's method returns an `Option`. This one returns an error, because
    /// here a listener can outlive its runtime.
    ///
    /// # Errors
    /// When the runtime in which it was created has shut down.
    ///
    /// # Cancel safety
    /// If the future is dropped, no signal is lost.
    pub async fn recv(&mut self) -> io::Result<()> {
        poll_fn(|context| self.poll_recv(context)).await
    }

    /// [`recv`](Self::recv) for hand-written futures.
    ///
    /// # Errors
    /// When the runtime in which it was created has shut down.
    ///
    /// ```
    /// use futures_util::{StreamExt, stream};
    /// use wakeful::signal::unix::{SignalKind, signal};
    ///
    /// let runtime = wakeful::Runtime::new()?;
    /// runtime.block_on(async {
    ///     let mut resized = signal(SignalKind::window_change())?;
    ///     // As a stream:
    ///     let mut resized = stream::poll_fn(|context| resized.poll_recv(context).map(Some));
    ///     # let kill = std::process::Command::new("kill");
    ///     # { kill }.args(["-WINCH", &std::process::id().to_string()]).status()?;
    ///     resized.next().await.expect("it never ends")
    /// })?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn poll_recv(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(budget::poll_proceed(context));
        let polled = self.poll_arrival(context);
        taskdump::record_signal(&polled, self.pipe.number(), ptr::from_ref(self).addr());
        if polled.is_ready() {
            budget::spend();
        }
        polled
    }

    fn poll_arrival(&mut self, context: &Context<'_>) -> Poll<io::Result<()>> {
        if self.take_arrival() {
            return Poll::Ready(Ok(()));
        }
        let registered = self.pipe.register(self.key, context);
        // Look again. A signal that was counted since the first look may have
        // been delivered before the waker was stored.
        if self.take_arrival() {
            return Poll::Ready(Ok(()));
        }
        match registered {
            Ok(()) => Poll::Pending,
            Err(closed) => Poll::Ready(Err(closed)),
        }
    }

    fn take_arrival(&mut self) -> bool {
        let count = self.pipe.count();
        let arrived = count.arrived();
        if arrived == self.seen {
            return false;
        }
        self.seen = arrived;
        // A listener that is created later must not return for it again.
        count.deliver(arrived);
        true
    }
}

impl Drop for Signal {
    fn drop(&mut self) {
        self.pipe.remove_listener(self.key);
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signal")
            .field("number", &self.pipe.number())
            .finish_non_exhaustive()
    }
}
