//! Waiting until a moment.

use super::{Instant, wheel::Key};
use crate::{budget, runtime::Handle, trace};
use std::{
    fmt,
    future::Future,
    pin::Pin,
    ptr,
    task::{Context, Poll, ready},
    time::Duration,
};

const GONE: &str = "the runtime of this timer has been dropped, and nobody is there to wake who \
     waits for it. Make the sleep, timeout or interval inside of the runtime that awaits it, or \
     keep the runtime that it was made in for as long";

/// Waits for `duration`, and never less. A duration beyond what the clock can
/// count waits for thirty years.
///
/// The wait begins now, not at the first poll. It goes by the clock of the
/// runtime that it began in, whichever polls it.
///
/// # Panics
/// Outside a runtime. And when it is awaited after that runtime has been
/// dropped, or while it is, unless its time has come: nobody is there to wake
/// the one who waits.
///
/// # Cancel safety
/// Dropped, the timer is taken back, in constant time.
///
/// ```
/// use std::time::Duration;
/// use wakeful::time::{Instant, sleep};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let start = Instant::now();
///     sleep(Duration::from_millis(2)).await;
///     assert!(start.elapsed() >= Duration::from_millis(2));
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
#[track_caller]
pub fn sleep(duration: Duration) -> Sleep {
    sleep_until(Instant::after(duration))
}

/// Waits until `deadline`, and never less.
///
/// # Panics
/// As [`sleep`].
#[track_caller]
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep {
        handle: Handle::current(),
        deadline,
        key: None,
    }
}

/// The future of [`sleep`] and [`sleep_until`]. Ready again at every poll after
/// the first time.
#[must_use = "futures do nothing unless awaited"]
pub struct Sleep {
    handle: Handle,
    deadline: Instant,
    /// Its place in the wheel, from the first poll on.
    key: Option<Key>,
}

impl Sleep {
    /// When it is over.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Whether that moment has come.
    pub fn is_elapsed(&self) -> bool {
        self.handle.timers().clock().now() >= self.deadline
    }

    /// Waits for another moment instead, earlier or later. A task that waits
    /// already is woken for the new one, and not for the old. One that has been
    /// woken has to poll again.
    pub fn reset(&mut self, deadline: Instant) {
        self.deadline = deadline;
        if let Some(key) = &self.key {
            self.handle.timers().reset(key, deadline);
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        ready!(budget::poll_proceed(context));
        let Self {
            handle,
            deadline,
            key,
        } = &mut *self;
        let timers = handle.timers();
        let polled = if let Some(key) = key {
            timers.poll(key, context)
        } else {
            let (set, polled) = timers.insert(*deadline, context);
            *key = Some(set);
            polled
        };
        let polled = polled.map(|fired| {
            // Not fired, but its time may have come.
            let is_over = fired.is_ok() || timers.clock().now() >= *deadline;
            assert!(is_over, "{GONE}");
        });
        trace::note_time(&polled, *deadline, ptr::from_ref(key).addr());
        ready!(polled);
        budget::spend();
        Poll::Ready(())
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(key) = &self.key {
            self.handle.timers().remove(key);
        }
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep")
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
