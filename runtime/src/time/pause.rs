//! Pausing the clock, for tests.
//!
//! A paused clock moves in two ways. A test advances it, or it jumps to the
//! next deadline when every task waits and the runtime has nothing left to do.
//! So a test of an hour ends at once, and every run is the same.

use crate::{
    executor::context::{self, ExecutorContext},
    runtime::Handle,
    task::yield_now,
    time::Instant,
    timers::TICK,
};
use std::time::Duration;

/// Stops the clock of this thread's runtime. See also
/// [`Builder::start_paused`](crate::runtime::Builder::start_paused).
///
/// # Panics
/// Outside a runtime, in a runtime of several threads, and if the clock is
/// paused already.
///
/// ```
/// use wakeful::time::{self, Duration, Instant};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     time::pause();
///     let start = Instant::now();
///     time::sleep(Duration::from_secs(3600)).await;
///     assert!(start.elapsed() >= Duration::from_secs(3600));
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
#[track_caller]
pub fn pause() {
    let handle = Handle::current();
    let here = context::with(|current| matches!(current, Some(ExecutorContext::Local(_))));
    assert!(
        here && handle.metrics().num_workers() == 1,
        "only the clock of a current-thread runtime can be paused"
    );
    assert!(
        handle.timers().clock().pause(),
        "the clock is paused already: call `wakeful::time::resume()` before you pause it again"
    );
}

/// Lets a paused clock run again, from the time that it shows.
///
/// # Panics
/// Outside a runtime, and if the clock is not paused.
#[track_caller]
pub fn resume() {
    assert!(
        Handle::current().timers().clock().resume(),
        "only a paused clock can be resumed: call `wakeful::time::pause()` first"
    );
}

/// Moves a paused clock forward, wakes the tasks whose timers are due, and lets
/// them run once.
///
/// Timers fire on ticks of 65.5 µs, rounded up. If a timer is due in the tick in
/// which the clock would stop, the clock moves on to the end of that tick. So a
/// sleep is over after the clock has advanced by the sleep's duration, and the
/// clock may show up to one tick more. The cost is linear in the number of
/// timers.
///
/// # Panics
/// Outside a runtime, and if the clock is not paused.
///
/// ```
/// use wakeful::time::{self, Duration};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     time::pause();
///     let nap = wakeful::spawn_local(time::sleep(Duration::from_secs(1)));
///     wakeful::task::yield_now().await;
///     time::advance(Duration::from_secs(1)).await;
///     assert!(nap.is_finished());
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
pub async fn advance(by: Duration) {
    let handle = Handle::current();
    let timers = handle.timers();
    assert!(
        timers.clock().is_paused(),
        "only a paused clock can be advanced: call `wakeful::time::pause()` first"
    );
    timers.advance(by);
    let mut due = Vec::new();
    timers.fire(&mut due);
    let now = timers.clock().now();
    let is_in_this_tick = |deadline: &Instant| deadline.duration_since(now) < TICK;
    if !by.is_zero() && timers.deadlines().iter().any(is_in_this_tick) {
        timers.skip_to_next();
        timers.fire(&mut due);
    }
    due.into_iter().for_each(crate::unwind::wake);
    yield_now().await;
}
