//! The queue of a core whose tasks are not all alike: the more urgent go first.
//!
//! A task's rank is its priority, and within that its deadline; who has the
//! same rank goes by the order of arrival. A child has its parent's rank unless
//! it is told otherwise. The ranks lie beside the tasks, by the places that the
//! core's list gives them, so a core without ranks pays for none of this.

use crate::{
    executor::owned_tasks,
    task::{Task, UNLISTED},
    time::Instant,
};
use std::{
    cell::{Cell, RefCell},
    cmp::Ordering,
    collections::BinaryHeap,
};

/// How urgent a task is. The greater goes first.
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
    /// How many came before.
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
pub(crate) struct Ranks {
    ready: RefCell<BinaryHeap<Ready>>,
    arrivals: Cell<u64>,
    /// By the tasks' keys. The root is in no list, and its rank is the usual.
    of: RefCell<Vec<Rank>>,
    /// The rank of the task whose turn it is.
    current: Cell<Rank>,
    /// What the next task that is spawned is told to have.
    told: Cell<Option<Rank>>,
}

impl Ranks {
    pub(super) fn push(&self, task: Task) {
        let arrival = self.arrivals.get();
        self.arrivals.set(arrival + 1);
        let rank = self.of(&task);
        self.ready.borrow_mut().push(Ready {
            rank,
            arrival,
            task,
        });
    }

    /// The most urgent, whose turn it is now.
    pub(super) fn pop(&self) -> Option<Task> {
        let Ready { rank, task, .. } = self.ready.borrow_mut().pop()?;
        self.current.set(rank);
        Some(task)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ready.borrow().is_empty()
    }

    fn of(&self, task: &Task) -> Rank {
        let of = self.of.borrow();
        of.get(owned_tasks::key(task) as usize)
            .copied()
            .unwrap_or_default()
    }

    /// The rank of a task that is spawned here: what it was told to have, or its
    /// parent's.
    pub(super) fn next(&self) -> Rank {
        self.told.take().unwrap_or(self.current.get())
    }

    /// A task has been listed that came from elsewhere.
    pub(super) fn adopt(&self, task: &Task) {
        self.set(task, Rank::default());
    }

    /// A task has been listed.
    pub(super) fn set(&self, task: &Task, rank: Rank) {
        let key = owned_tasks::key(task);
        debug_assert!(key < UNLISTED);
        let mut of = self.of.borrow_mut();
        let place = key as usize;
        if place >= of.len() {
            of.resize(place + 1, Rank::default());
        }
        of[place] = rank;
    }

    /// A new root has its turn, out of the order.
    pub(super) fn begin(&self) {
        self.current.set(Rank::default());
    }

    /// What the next task is to have that is spawned here; `change` gets what
    /// it would inherit.
    pub(crate) fn tell(&self, change: impl FnOnce(&mut Rank)) {
        let mut rank = self.current.get();
        change(&mut rank);
        self.told.set(Some(rank));
    }

    /// Nobody was spawned after all.
    pub(crate) fn forget(&self) {
        self.told.set(None);
    }
}
