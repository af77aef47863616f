//! [`Sleep`]: waiting until a moment.

use super::Instant;
use crate::{budget, runtime::Handle, taskdump, timers::Key};
use std::{
    fmt,
    future::Future,
    pin::Pin,
    ptr,
    task::{Context, Poll, ready},
    time::Duration,
};

const RUNTIME_GONE: &str = "the runtime of this timer has been dropped, so the timer will never \
     fire. Create the sleep, timeout or interval inside the runtime that awaits it, or keep the \
     runtime that it was created in alive";

/// Waits for at least `duration`. If `duration` is more than the clock can
/// count, the sleep waits for thirty years.
///
/// The time starts now, not at the first poll. The sleep follows the clock of
/// the runtime in which you call this, even if another runtime polls it.
///
/// # Panics
/// Outside a runtime. The future panics if it is awaited while its runtime shuts
/// down or after that, unless its time has come. Nothing could wake it then.
///
/// # Cancel safety
/// Dropping the future removes the timer in constant time.
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

/// Waits until `deadline`.
///
/// # Panics
/// Where [`sleep`] panics.
#[track_caller]
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep {
        handle: Handle::current(),
        deadline,
        key: None,
    }
}

/// The future of [`sleep`] and [`sleep_until`]. After it has been ready once,
/// every later poll is ready too, until you [`reset`](Self::reset) it.
#[must_use = "futures do nothing unless awaited"]
pub struct Sleep {
    handle: Handle,
    deadline: Instant,
    /// Its entry in the wheel. The first poll creates it.
    key: Option<Key>,
}

impl Sleep {
    /// The moment at which the sleep ends.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Whether the deadline has passed.
    pub fn is_elapsed(&self) -> bool {
        self.handle.timers().clock().now() >= self.deadline
    }

    /// Moves the deadline, earlier or later. A task that waits for this sleep is
    /// woken at the new deadline only. If the sleep has already woken the task,
    /// the task must poll it again.
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
            // The wheel is closed, so the timer cannot fire. Its time may have come.
            let is_over = fired.is_ok() || timers.clock().now() >= *deadline;
            assert!(is_over, "{RUNTIME_GONE}");
        });
        taskdump::record_timer(&polled, *deadline, ptr::from_ref(key).addr());
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
