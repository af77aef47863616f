//! What the scenarios are made of: rng, threads, and futures that a thread runs
//! to their end or drops before.

use crate::{
    budget,
    primitives::{AtomicBool, Thread, current, park, yield_now},
    runtime::{Builder, Runtime},
    task::{self, consume_budget},
    time::sleep,
};
use shuttle::thread::{self, JoinHandle};
use std::{
    fmt::Display,
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{
            AtomicU64,
            Ordering::{Relaxed, SeqCst},
        },
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

/// Random numbers that follow from a seed, a stream for each thread.
pub(crate) struct Rng {
    state: AtomicU64,
    /// Whether to print what the actors do.
    says: bool,
}

impl Rng {
    pub(crate) fn new(seed: u64, says: bool) -> Self {
        let state = AtomicU64::new(seed);
        Self { state, says }
    }

    /// The stream of another thread, which its schedule does not change.
    pub(crate) fn split(&self) -> Self {
        Self::new(self.next(), self.says)
    }

    /// A number of splitmix64.
    pub(crate) fn next(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        // Not shuttle's, so a number is no step of the schedule.
        let state = self.state.fetch_add(STEP, Relaxed).wrapping_add(STEP);
        let mixed = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// A number below `limit`.
    pub(crate) fn below(&self, limit: usize) -> usize {
        let limit = u64::try_from(limit).expect("a usize has 64 bits at most");
        usize::try_from(self.next() % limit).expect("less than a usize")
    }

    /// A number from 1 to `last`.
    pub(crate) fn up_to(&self, last: usize) -> usize {
        1 + self.below(last)
    }

    /// True once in `times` calls, on average.
    pub(crate) fn one_in(&self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// Prints what an actor has done, when one schedule is replayed.
    pub(crate) fn say(&self, what: impl Display) {
        if self.says {
            eprintln!("{:?}: {what}", current().id());
        }
    }
}

/// The threads of a scenario.
#[derive(Default)]
pub(crate) struct Threads(Vec<JoinHandle<()>>);

impl Threads {
    /// Starts a thread with random numbers of its own.
    pub(crate) fn spawn(&mut self, rng: &Rng, code: impl FnOnce(&Rng) + Send + 'static) {
        let rng = rng.split();
        self.0.push(thread::spawn(move || code(&rng)));
    }

    /// Waits for all threads.
    pub(crate) fn join(self) {
        for thread in self.0 {
            thread.join().expect("shuttle reports a panic itself");
        }
    }
}

/// A waker of a thread that sleeps.
struct Alarm {
    thread: Thread,
    rung: AtomicBool,
}

impl Alarm {
    fn new() -> Arc<Self> {
        let (thread, rung) = (current(), AtomicBool::new(false));
        Arc::new(Self { thread, rung })
    }

    /// Sleeps until the waker is woken, and not a moment less: a park that ends
    /// for no reason would hide a lost wake.
    fn wait(&self) {
        while !self.rung.swap(false, SeqCst) {
            park();
        }
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        if !self.rung.swap(true, SeqCst) {
            self.thread.unpark();
        }
    }
}

/// Lets other threads run for a few steps, or not.
pub(crate) fn yield_some(rng: &Rng) {
    for _ in 0..rng.below(4) {
        yield_now();
    }
}

/// Runs a future to its end on this thread.
pub(crate) fn run<F: Future>(rng: &Rng, future: F) -> F::Output {
    drive(rng, future, Patience::Endless).expect("only an attempt is given up")
}

/// Runs a future to its end, or drops it where it waits: at once, after a while,
/// or when it has been woken. `None` if it was dropped.
pub(crate) fn attempt<F: Future>(rng: &Rng, future: F) -> Option<F::Output> {
    drive(rng, future, Patience::Random)
}

/// Like [`attempt`], but it never sleeps, because the future may never be ready.
pub(crate) fn poll_once<F: Future>(rng: &Rng, future: F) -> Option<F::Output> {
    drive(rng, future, Patience::None)
}

/// When a future is dropped before its end.
#[derive(Clone, Copy, PartialEq)]
enum Patience {
    None,
    Random,
    Endless,
}

fn drive<F: Future>(rng: &Rng, future: F, patience: Patience) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut alarm = Alarm::new();
    let mut waker = Waker::from(Arc::clone(&alarm));
    loop {
        let mut poll = || future.as_mut().poll(&mut Context::from_waker(&waker));
        let polled = if rng.one_in(2) {
            budget::with_budget(poll)
        } else {
            poll()
        };
        if let Poll::Ready(output) = polled {
            return Some(output);
        }
        let tired = patience != Patience::Endless;
        match rng.below(8) {
            0 if tired => return None,
            1 if tired => {
                yield_some(rng);
                return None;
            }
            2 if patience == Patience::Random => {
                alarm.wait();
                return None;
            }
            // A poll that nothing asked for, by another task.
            3 => {
                alarm = Alarm::new();
                waker = Waker::from(Arc::clone(&alarm));
            }
            _ if patience == Patience::None => yield_some(rng),
            _ => alarm.wait(),
        }
    }
}

/// As [`attempt`], within a task.
pub(crate) async fn attempt_async<F: Future>(rng: &Rng, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|context| {
        // Dropped before its first poll, or where it has been woken.
        if rng.one_in(8) {
            return Poll::Ready(None);
        }
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        match rng.below(8) {
            0 => return Poll::Ready(None),
            // A poll that nothing asked for.
            1 => context.waker().wake_by_ref(),
            _ => {}
        }
        Poll::Pending
    })
    .await
}

/// Lets other tasks run for a while, or not.
pub(crate) async fn pause(rng: &Rng) {
    for _ in 0..rng.below(3) {
        match rng.below(4) {
            0 => yield_some(rng),
            1 => sleep(Duration::from_millis(rng.next() % 3)).await,
            2 => consume_budget().await,
            _ => task::yield_now().await,
        }
    }
}

/// A runtime of some kind.
pub(crate) fn runtime(rng: &Rng) -> Runtime {
    let builder = match rng.below(6) {
        0 => Builder::new_current_thread().start_paused(true),
        1 => Builder::new_current_thread(),
        2 => Builder::new_thread_per_core().worker_threads(rng.up_to(2)),
        _ => Builder::new_multi_thread().worker_threads(rng.up_to(3)),
    };
    rng.say(format_args!("{builder:?}"));
    builder.build().expect("there are descriptors left")
}
