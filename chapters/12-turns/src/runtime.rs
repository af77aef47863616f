// ANCHOR: head
//! A runtime that looks at its reactor only when it has to.

use std::cell::Cell;
use std::io;
use std::task::Waker;
use std::time::Duration;

use executor::{Executor, JoinHandle};
use reactor::{Reactor, Running};
use timers::{Clock, Timers};

use crate::Pool;
use crate::budget::WithBudget;
use crate::defer::{Collecting, take_deferred};
// ANCHOR_END: head

// ANCHOR: runtime
/// Runs tasks that wait for sockets, for time and for blocking work.
pub struct Runtime {
    executor: Executor,
    reactor: Reactor,
    timers: Timers,
    pool: Pool,
    /// The rounds of polls since the last look at the reactor.
    rounds: Cell<u32>,
}

/// While tasks are queued, the runtime looks at the reactor once in this many rounds.
const ROUNDS_PER_LOOK: u32 = 61;
// ANCHOR_END: runtime

// ANCHOR: block_on
impl Runtime {
    /// Runs `root` to its end on this thread, and all tasks beside it.
    ///
    /// # Panics
    ///
    /// Inside of a task of this runtime, and if the selector of the system fails.
    pub fn block_on<F: Future>(&self, root: F) -> F::Output {
        let _reactor = self.reactor.enter();
        let _spawner = Running::begin(self.executor.spawner());
        let _timers = self.timers.enter();
        let _pool = self.pool.enter();
        let _collecting = Collecting::begin();
        self.executor.block_on_with(WithBudget { future: root }, || {
            self.turn().expect("the selector works");
        })
    }
}

// ANCHOR_END: block_on

// ANCHOR: spawn
/// Adds a task to the runtime that is running on this thread. Each poll of the task gets a
/// budget.
///
/// # Panics
///
/// If no runtime is running here.
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    reactor::spawn(WithBudget { future })
}
// ANCHOR_END: spawn

// ANCHOR: impl
impl Runtime {
    // ANCHOR_END: impl
    // ANCHOR: turn
    /// After each round of polls: looks at the reactor and the timers if it is time, and
    /// then wakes the tasks that have yielded. Sleeps if there is nothing to do.
    fn turn(&self) -> io::Result<()> {
        let deferred = take_deferred();
        let queued = self.executor.has_woken();
        self.rounds.set(self.rounds.get() + 1);
        if queued && deferred.is_empty() && self.rounds.get() < ROUNDS_PER_LOOK {
            return Ok(());
        }
        self.rounds.set(0);
        self.look(queued || !deferred.is_empty())?;
        deferred.into_iter().for_each(Waker::wake);
        Ok(())
    }
    // ANCHOR_END: turn

    // ANCHOR: look
    /// Wakes the tasks whose sockets and timers have news. If the thread has no other work,
    /// sleeps until there is news.
    fn look(&self, has_work: bool) -> io::Result<()> {
        if has_work || self.timers.clock().is_paused() {
            self.reactor.turn(Some(Duration::ZERO))?;
            self.timers.fire();
            if has_work || self.executor.has_woken() || self.timers.skip() {
                return Ok(());
            }
        }
        self.reactor.turn(self.timers.until_next())?;
        self.timers.fire();
        Ok(())
    }
    // ANCHOR_END: look
    // ANCHOR: end
}
// ANCHOR_END: end

// ANCHOR: rest
/// The cap of the pool of a runtime.
const BLOCKING_THREADS: usize = 64;

impl Runtime {
    /// Creates a runtime without tasks on the current thread.
    ///
    /// # Errors
    ///
    /// If the system has no more descriptors.
    pub fn new() -> io::Result<Runtime> {
        Runtime::with_clock(Clock::real())
    }

    /// As [`Runtime::new`], with a clock of your own. If it is paused, it moves to the next
    /// deadline whenever all tasks wait, also if some of them wait for blocking work.
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
            pool: Pool::new(BLOCKING_THREADS),
            rounds: Cell::new(0),
        })
    }

    /// The clock of this runtime.
    pub fn clock(&self) -> &Clock {
        self.timers.clock()
    }
}
// ANCHOR_END: rest
