// ANCHOR: head
//! An executor that sleeps in a reactor until its next deadline.

use std::io;
use std::time::Duration;

use executor::{Executor, Spawner};
use reactor::{Reactor, Running};

#[cfg(target_os = "linux")]
use crate::TimerFd;
use crate::{Clock, Timers};
// ANCHOR_END: head

// ANCHOR: runtime
/// Runs tasks that wait for sockets and for time, on the thread that created it.
pub struct Runtime {
    executor: Executor,
    reactor: Reactor,
    timers: Timers,
    #[cfg(target_os = "linux")]
    timer_fd: Option<TimerFd>,
}
// ANCHOR_END: runtime

// ANCHOR: impl
impl Runtime {
    // ANCHOR_END: impl
    // ANCHOR: block_on
    /// Runs `root` to its end on this thread, and all tasks beside it. Between two
    /// rounds of polls, the thread waits for sockets and for the next deadline.
    ///
    /// # Panics
    ///
    /// Inside of a task of this runtime, and if the selector of the system fails.
    pub fn block_on<F: Future>(&self, root: F) -> F::Output {
        let _reactor = self.reactor.enter();
        let _spawner = Running::begin(self.spawner());
        let _timers = self.timers.enter();
        self.executor.block_on_with(root, || {
            self.turn().expect("the selector works");
        })
    }
    // ANCHOR_END: block_on

    // ANCHOR: turn
    /// Sleeps until a socket or a deadline has news, and wakes the tasks.
    fn turn(&self) -> io::Result<()> {
        if self.timers.clock().is_paused() {
            return self.turn_paused();
        }
        let limit = self.timers.until_next();
        #[cfg(target_os = "linux")]
        let limit = match &self.timer_fd {
            Some(timer_fd) => timer_fd.arm(limit)?,
            None => limit,
        };
        self.reactor.turn(limit)?;
        self.timers.fire();
        Ok(())
    }
    // ANCHOR_END: turn

    // ANCHOR: paused
    /// As `turn`, with a clock that a test moves. If no task was woken, the clock moves to
    /// the next deadline at once.
    fn turn_paused(&self) -> io::Result<()> {
        self.reactor.turn(Some(Duration::ZERO))?;
        // A task may have moved the clock by itself.
        self.timers.fire();
        if !self.executor.has_woken() && !self.timers.skip() {
            // There are no timers, so only a socket or another thread can wake a task.
            self.reactor.turn(None)?;
        }
        Ok(())
    }
    // ANCHOR_END: paused
    // ANCHOR: end
}
// ANCHOR_END: end

// ANCHOR: rest
impl Runtime {
    /// Creates a runtime without tasks on the current thread.
    ///
    /// # Errors
    ///
    /// If the system has no more descriptors.
    pub fn new() -> io::Result<Runtime> {
        Runtime::with_clock(Clock::real())
    }

    /// As [`Runtime::new`], with a clock of your own. If it is paused, it moves to the
    /// next deadline whenever all tasks wait.
    ///
    /// # Errors
    ///
    /// If the system has no more descriptors.
    pub fn with_clock(clock: Clock) -> io::Result<Runtime> {
        let reactor = Reactor::new()?;
        Ok(Runtime {
            executor: Executor::with_unpark(reactor.waker()),
            reactor,
            timers: Timers::new(clock),
            #[cfg(target_os = "linux")]
            timer_fd: None,
        })
    }

    /// As [`Runtime::new`], but a sleep ends within microseconds of its deadline, and not
    /// within a millisecond. Each sleep costs one more system call.
    ///
    /// # Errors
    ///
    /// If the system has no more descriptors.
    #[cfg(target_os = "linux")]
    pub fn precise() -> io::Result<Runtime> {
        let mut runtime = Runtime::new()?;
        runtime.timer_fd = Some(TimerFd::new(&runtime.reactor)?);
        Ok(runtime)
    }

    /// A handle that adds tasks to this runtime.
    pub fn spawner(&self) -> Spawner {
        self.executor.spawner()
    }

    /// The clock of this runtime.
    pub fn clock(&self) -> &Clock {
        self.timers.clock()
    }
}
// ANCHOR_END: rest
