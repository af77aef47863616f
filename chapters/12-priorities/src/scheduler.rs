// ANCHOR: head
//! A task that decides which of the other tasks runs next.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use executor::JoinHandle;
use turns::defer;

use crate::Rank;
use crate::task::{Ranked, RankedTask};
// ANCHOR_END: head

// ANCHOR: queue
/// The woken tasks, sorted by their ranks. Wakers use it on any thread.
#[derive(Default)]
pub(crate) struct Queue(Mutex<State>);

#[derive(Default)]
struct State {
    ready: BinaryHeap<Ready>,
    /// How many entries were pushed.
    pushed: u64,
    /// A task is allowed to run, and its poll has not ended.
    running: bool,
    /// Wakes the scheduler.
    scheduler: Option<Waker>,
}

/// A woken task. The greatest rank goes first, and among equals the one that was woken
/// first.
struct Ready {
    order: (Rank, Reverse<u64>),
    task: Arc<RankedTask>,
    /// The task's own number for this entry.
    entry: u64,
}
// ANCHOR_END: queue

// ANCHOR: push
impl Queue {
    /// Adds a woken task, and wakes the scheduler if no task is running.
    pub(crate) fn push(&self, rank: Rank, entry: u64, task: Arc<RankedTask>) {
        let mut state = self.lock();
        state.pushed += 1;
        let order = (rank, Reverse(state.pushed));
        state.ready.push(Ready { order, task, entry });
        let idle = if state.running { None } else { state.scheduler.take() };
        drop(state);
        if let Some(scheduler) = idle {
            scheduler.wake();
        }
    }
}
// ANCHOR_END: push

// ANCHOR: schedule
impl Queue {
    /// The poll of the scheduler: lets the most urgent task run, if none is running.
    fn poll_schedule(&self, cx: &Context<'_>) -> Poll<()> {
        let waker = cx.waker().clone();
        let mut state = self.lock();
        let old = state.scheduler.replace(waker);
        let mut next = None;
        // A task may have several entries after its rank was raised. Only one is valid.
        while !state.running
            && let Some(Ready { task, entry, .. }) = state.ready.pop()
        {
            if task.take_turn(entry) {
                state.running = true;
                next = Some(task);
            }
        }
        drop(state);
        drop(old);
        if let Some(task) = next {
            task.run();
        }
        Poll::Pending
    }
}
// ANCHOR_END: schedule

// ANCHOR: end_turn
impl Queue {
    /// The task that was allowed to run has been polled or dropped. The scheduler chooses
    /// the next one after a look at the reactor and the timers.
    pub(crate) fn end_turn(&self) {
        let mut state = self.lock();
        state.running = false;
        let scheduler = state.scheduler.take();
        drop(state);
        if let Some(scheduler) = scheduler {
            defer(&scheduler);
        }
    }
}
// ANCHOR_END: end_turn

// ANCHOR: scheduler
/// Runs ranked tasks on the runtime that is running on this thread. If it is dropped, its
/// tasks continue.
#[derive(Clone)]
pub struct Scheduler {
    queue: Arc<Queue>,
}

impl Scheduler {
    /// Starts the scheduler, which is a task itself.
    ///
    /// # Panics
    ///
    /// If no runtime is running here.
    pub fn start() -> Scheduler {
        let queue = Arc::new(Queue::default());
        let polled = Arc::clone(&queue);
        drop(turns::spawn(poll_fn(move |cx| polled.poll_schedule(cx))));
        Scheduler { queue }
    }

    /// Adds a task with this rank.
    ///
    /// # Panics
    ///
    /// If no runtime is running here.
    pub fn spawn<F>(&self, rank: Rank, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let task = RankedTask::new(rank, None, Arc::clone(&self.queue));
        turns::spawn(Ranked::new(future, task))
    }
}
// ANCHOR_END: scheduler

// ANCHOR: rest
impl Queue {
    /// Code under this lock does not panic.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ord for Ready {
    fn cmp(&self, other: &Ready) -> Ordering {
        self.order.cmp(&other.order)
    }
}

impl PartialOrd for Ready {
    fn partial_cmp(&self, other: &Ready) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ready {
    fn eq(&self, other: &Ready) -> bool {
        self.order == other.order
    }
}

impl Eq for Ready {}
// ANCHOR_END: rest
