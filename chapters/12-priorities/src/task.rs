// ANCHOR: head
//! A task with a rank, and what it gives to its children.

use std::cell::RefCell;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use executor::JoinHandle;
use pin_project_lite::pin_project;

use crate::Rank;
use crate::scheduler::Queue;
// ANCHOR_END: head

// ANCHOR: task
/// What the wakers of a ranked task know.
pub(crate) struct RankedTask {
    state: Mutex<State>,
    queue: Arc<Queue>,
}

struct State {
    /// The rank that the task has by itself.
    own: Rank,
    /// The rank that other tasks have lent to it.
    lent: Option<Rank>,
    policy: Option<Policy>,
    /// The number of the task's valid entry in the sorted queue. `None` if it is not
    /// queued.
    queued: Option<u64>,
    /// How many entries the task has had. They are numbered from 1.
    entries: u64,
    /// The scheduler lets the task run.
    turn: bool,
    /// Wakes the task in the queue of the executor.
    executor: Option<Waker>,
    /// The future was dropped.
    ended: bool,
}

/// Computes the rank of a new task from the rank of the task that spawns it.
pub type Policy = fn(Rank) -> Rank;
// ANCHOR_END: task

// ANCHOR: wake
impl Wake for RankedTask {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut state = self.lock();
        if state.queued.is_none() && !state.ended {
            let (rank, entry) = (state.rank(), state.new_entry());
            drop(state);
            self.queue.push(rank, entry, Arc::clone(self));
        }
    }
}

// ANCHOR_END: wake

// ANCHOR: take_turn
impl RankedTask {
    /// The scheduler has taken this entry of the task out of the queue. If it is the valid
    /// one, the task has to run.
    pub(crate) fn take_turn(&self, entry: u64) -> bool {
        let mut state = self.lock();
        let valid = state.queued == Some(entry);
        if valid {
            state.queued = None;
            state.turn = true;
        }
        valid
    }

    /// Wakes the task in the queue of the executor.
    pub(crate) fn run(&self) {
        // The poll that follows leaves a new one.
        let executor = self.lock().executor.take();
        if let Some(executor) = executor {
            executor.wake();
        }
    }
}
// ANCHOR_END: take_turn

// ANCHOR: ranked
pin_project! {
    /// The future of a ranked task. It runs only when it is its turn.
    pub(crate) struct Ranked<F> {
        #[pin]
        future: F,
        task: Arc<RankedTask>,
    }

    impl<F> PinnedDrop for Ranked<F> {
        fn drop(this: Pin<&mut Self>) {
            this.project().task.end();
        }
    }
}

// ANCHOR_END: ranked

// ANCHOR: poll
impl<F: Future> Future for Ranked<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        // Cloning and dropping a waker runs foreign code, so not under the lock.
        let executor = cx.waker().clone();
        let old = this.task.lock().executor.replace(executor);
        drop(old);
        if !this.task.lock().turn {
            // The first poll. The task has to wait for its turn.
            this.task.wake_by_ref();
            return Poll::Pending;
        }
        let _current = Current::set(Some(Arc::clone(this.task)));
        let waker = Waker::from(Arc::clone(this.task));
        let polled = this.future.poll(&mut Context::from_waker(&waker));
        this.task.end_turn();
        polled
    }
}
// ANCHOR_END: poll

// ANCHOR: current
thread_local! {
    static CURRENT: RefCell<Option<Arc<RankedTask>>> = const { RefCell::new(None) };
}

/// The ranked task that is being polled.
pub(crate) fn current() -> Option<Arc<RankedTask>> {
    CURRENT.with_borrow(Clone::clone)
}

/// The rank of the current task. A rank that was lent to it counts, too.
pub fn rank() -> Rank {
    current().map_or_else(Rank::default, |task| task.rank())
}

/// Changes the rank of the current task. Its next wake uses it.
///
/// # Panics
///
/// Outside of a ranked task.
pub fn set_rank(rank: Rank) {
    current().expect(OUTSIDE).lock().own = rank;
}

/// Lets `policy` compute the ranks of all tasks that the current task spawns from now on.
/// These tasks have the same policy.
///
/// # Panics
///
/// Outside of a ranked task.
pub fn set_policy(policy: Policy) {
    current().expect(OUTSIDE).lock().policy = Some(policy);
}

const OUTSIDE: &str = "this is not a ranked task: use `Scheduler::spawn`";
// ANCHOR_END: current

// ANCHOR: spawn
/// Adds a task to the scheduler of the current task. Without a policy, it has the same
/// rank as the current task.
///
/// # Panics
///
/// Outside of a ranked task.
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let parent = current().expect(OUTSIDE);
    let state = parent.lock();
    let (rank, policy) = (state.own, state.policy);
    drop(state);
    let rank = policy.map_or(rank, |policy| policy(rank));
    let task = RankedTask::new(rank, policy, Arc::clone(&parent.queue));
    turns::spawn(Ranked::new(future, task))
}
// ANCHOR_END: spawn

// ANCHOR: lend
impl RankedTask {
    /// Lends a rank to the task, until `give_back`. If the task is queued, it moves.
    pub(crate) fn lend(self: &Arc<Self>, rank: Rank) {
        let mut state = self.lock();
        if rank <= state.rank() {
            return;
        }
        state.lent = Some(rank);
        if state.queued.is_some() {
            // The old entry stays in the queue, and is stale.
            let entry = state.new_entry();
            drop(state);
            self.queue.push(rank, entry, Arc::clone(self));
        }
    }

    /// The task has only its own rank again.
    pub(crate) fn give_back(&self) {
        self.lock().lent = None;
    }
}
// ANCHOR_END: lend

// ANCHOR: rest
impl State {
    fn rank(&self) -> Rank {
        self.lent.map_or(self.own, |lent| lent.max(self.own))
    }

    /// Numbers a new entry of the task. All older entries are stale from now on.
    fn new_entry(&mut self) -> u64 {
        self.entries += 1;
        self.queued = Some(self.entries);
        self.entries
    }
}

impl RankedTask {
    pub(crate) fn new(
        own: Rank,
        policy: Option<Policy>,
        queue: Arc<Queue>,
    ) -> Arc<RankedTask> {
        let (lent, queued, entries) = (None, None, 0);
        let (turn, executor, ended) = (false, None, false);
        let state = State { own, lent, policy, queued, entries, turn, executor, ended };
        Arc::new(RankedTask { state: Mutex::new(state), queue })
    }

    pub(crate) fn rank(&self) -> Rank {
        self.lock().rank()
    }

    /// Ends the turn of the task, if it is its turn.
    fn end_turn(&self) {
        let had_turn = mem::replace(&mut self.lock().turn, false);
        if had_turn {
            self.queue.end_turn();
        }
    }

    /// The future is gone. It may have been queued, or it may have been its turn.
    fn end(&self) {
        let mut state = self.lock();
        state.ended = true;
        state.queued = None;
        let executor = state.executor.take();
        drop(state);
        drop(executor);
        self.end_turn();
    }

    /// Code under this lock does not panic.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F> Ranked<F> {
    pub(crate) fn new(future: F, task: Arc<RankedTask>) -> Ranked<F> {
        Ranked { future, task }
    }
}

/// Restores the task that was current before.
struct Current(Option<Arc<RankedTask>>);

impl Current {
    fn set(task: Option<Arc<RankedTask>>) -> Current {
        Current(CURRENT.replace(task))
    }
}

impl Drop for Current {
    fn drop(&mut self) {
        let task = CURRENT.replace(self.0.take());
        drop(task);
    }
}
// ANCHOR_END: rest
