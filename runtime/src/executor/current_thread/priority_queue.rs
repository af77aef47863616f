//! The queue of an executor that ranks its tasks: the most urgent goes first.
//!
//! A rank is a priority and a deadline. Tasks of equal rank keep the order in which
//! they became ready. A task inherits the rank of its spawner unless the spawner sets
//! another. The ranks are in a list of their own, by the tasks' keys, so an executor
//! without ranks does not pay for them.

use crate::{
    clock::Instant,
    executor::owned_tasks,
    task::{NO_KEY, Task},
};
use std::{
    cell::{Cell, RefCell},
    cmp::Ordering,
    collections::BinaryHeap,
};

/// How urgent a task is. The greatest goes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rank {
    pub(crate) priority: i8,
    pub(crate) deadline: Option<Instant>,
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_deadline = || match (self.deadline, other.deadline) {
            (Some(mine), Some(theirs)) => theirs.cmp(&mine),
            (mine, theirs) => mine.is_some().cmp(&theirs.is_some()),
        };
        self.priority.cmp(&other.priority).then_with(by_deadline)
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

struct Ready {
    rank: Rank,
    /// How many tasks were queued before.
    arrival: u64,
    task: Task,
}

impl Ord for Ready {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_arrival = || other.arrival.cmp(&self.arrival);
        self.rank.cmp(&other.rank).then_with(by_arrival)
    }
}

impl PartialOrd for Ready {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ready {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ready {}

#[derive(Default)]
pub(crate) struct PriorityQueue {
    ready: RefCell<BinaryHeap<Ready>>,
    arrivals: Cell<u64>,
    /// The rank of each task, by its key. The `block_on` task has no key in the list, so
    /// it has the default rank.
    by_key: RefCell<Vec<Rank>>,
    /// The rank of the task that runs.
    current: Cell<Rank>,
    /// The rank that the program chose for the next task that it spawns.
    next: Cell<Option<Rank>>,
}

impl PriorityQueue {
    pub(super) fn push(&self, task: Task) {
        let arrival = self.arrivals.get();
        self.arrivals.set(arrival + 1);
        let rank = self.rank_of(&task);
        self.ready.borrow_mut().push(Ready {
            rank,
            arrival,
            task,
        });
    }

    // ANCHOR: pop
    /// Takes the most urgent task. The caller runs it next.
    pub(super) fn pop(&self) -> Option<Task> {
        let Ready { rank, task, .. } = self.ready.borrow_mut().pop()?;
        self.current.set(rank);
        Some(task)
    }
    // ANCHOR_END: pop

    pub(super) fn is_empty(&self) -> bool {
        self.ready.borrow().is_empty()
    }

    fn rank_of(&self, task: &Task) -> Rank {
        let ranks = self.by_key.borrow();
        ranks
            .get(owned_tasks::key(task) as usize)
            .copied()
            .unwrap_or_default()
    }

    /// The rank of a task that is being spawned: the one that the program chose, or
    /// the spawner's.
    pub(super) fn take_next(&self) -> Rank {
        self.next.take().unwrap_or(self.current.get())
    }

    /// Gives the default rank to an owned task that another thread spawned.
    pub(super) fn set_default(&self, task: &Task) {
        self.set(task, Rank::default());
    }

    /// Sets the rank of an owned task.
    pub(super) fn set(&self, task: &Task, rank: Rank) {
        let key = owned_tasks::key(task);
        debug_assert!(key < NO_KEY);
        let mut ranks = self.by_key.borrow_mut();
        let index = key as usize;
        if index >= ranks.len() {
            ranks.resize(index + 1, Rank::default());
        }
        ranks[index] = rank;
    }

    /// A new `block_on` task is polled without going through the queue.
    pub(super) fn begin_block_on(&self) {
        self.current.set(Rank::default());
    }

    /// Chooses the rank of the next task that this thread spawns. `change` gets the
    /// rank that the task would inherit.
    pub(crate) fn choose_next(&self, change: impl FnOnce(&mut Rank)) {
        let mut rank = self.current.get();
        change(&mut rank);
        self.next.set(Some(rank));
    }

    /// Forgets a choice that no spawn has used.
    pub(crate) fn clear_next(&self) {
        self.next.set(None);
    }
}
