//! Holding the clock still, for tests.
//!
//! A paused clock moves in two ways: a test advances it, or it jumps to the
//! next deadline when every task waits and nothing is left to do. So a test
//! about an hour takes no time, and takes it the same way every run.

use crate::{
    executor::context::{self, Current},
    runtime::Handle,
    task::yield_now,
    time::Instant,
};
use std::time::Duration;

/// Stops the clock of this thread's runtime. See also
/// [`Builder::start_paused`](crate::runtime::Builder::start_paused).
///
/// # Panics
/// Outside a runtime, and in one of several threads, whose clocks would not
/// stand still together.
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
    let here = context::with(|current| matches!(current, Some(Current::Local(_))));
    assert!(
        here && handle.metrics().num_workers() == 1,
        "only the clock of a current-thread runtime can be paused"
    );
    handle.timers().clock().pause();
}

/// Lets a paused clock go on, from the time it shows.
///
/// # Panics
/// Outside a runtime.
#[track_caller]
pub fn resume() {
    Handle::current().timers().clock().resume();
}

/// The wheel's ticks are no longer than this.
const TICK: Duration = Duration::from_micros(66);

/// Moves a paused clock forward, and lets the tasks whose time has come run
/// once.
///
/// Timers go by ticks of 65.5 µs, rounded up. One that is due in the tick that
/// the clock would come to stand in has it go to that tick's end: a sleep that
/// was begun for as long as the clock is advanced is over then, and the clock
/// shows up to a tick more. Linear in the number of timers.
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
    let straddles = |deadline: &Instant| deadline.duration_since(now) < TICK;
    if !by.is_zero() && timers.inspect().iter().any(straddles) {
        timers.skip_to_next();
        timers.fire(&mut due);
    }
    due.into_iter().for_each(crate::unwind::wake);
    yield_now().await;
}
