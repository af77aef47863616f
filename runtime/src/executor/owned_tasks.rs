//! The tasks of an executor that have not ended. Shutdown cancels them, and the
//! inspector shows them.
//!
//! A spawned task has three references:
//!
//! - **OW1**: the `JoinHandle`'s.
//! - **OW2**: the queue's. Each poll of the task consumes it, and each wake makes a
//!   new one.
//! - **OW3**: the list's. The state word counts it from the start, but no [`Task`] owns
//!   it until [`list_reference`] makes one. That happens when the task first waits and is
//!   put into the list, or else when it ends. So a task that ends in its first poll
//!   costs the list nothing.

use crate::task::{JoinHandle, NO_KEY, Schedule, StateWord, Task};
use std::{future::Future, panic::Location, sync::atomic::Ordering::Relaxed};

/// Makes a task with its three references. Returns OW1 and OW2.
pub(super) fn new_task<F, S>(
    future: F,
    scheduler: S,
    location: &'static Location<'static>,
    created_at: u64,
) -> (JoinHandle<F::Output>, Task)
where
    F: Future,
    S: Schedule,
{
    let state = StateWord::scheduled(3);
    let task = Task::new(future, scheduler, state, location, created_at);
    // SAFETY: this is OW2, which the state counts.
    let queued = unsafe { Task::from_raw(task.as_raw()) };
    // SAFETY: the task has an output of this type, and this is its only handle.
    (unsafe { JoinHandle::new(task) }, queued)
}

/// Takes OW3.
///
/// # Safety
/// It was not taken before.
pub(super) unsafe fn list_reference(task: &Task) -> Task {
    // SAFETY: `new_task` counted OW3, and the caller takes it once.
    unsafe { Task::from_raw(task.as_raw()) }
}

/// Tasks by key. Adding and removing take constant time, and keys are reused.
#[derive(Default)]
pub(crate) struct OwnedTasks {
    slots: Vec<Option<Task>>,
    free: Vec<u32>,
}

impl OwnedTasks {
    /// The key that the next task gets.
    pub(crate) fn next_key(&self) -> u32 {
        match self.free.last() {
            Some(&key) => key,
            // 2^32 tasks do not fit into the memory of a machine.
            None => u32::try_from(self.slots.len()).expect("fewer than 2^32 tasks"),
        }
    }

    /// Adds a task at [`next_key`](Self::next_key).
    pub(crate) fn insert(&mut self, task: Task) {
        match self.free.pop() {
            Some(key) => self.slots[key as usize] = Some(task),
            None => self.slots.push(Some(task)),
        }
    }

    /// Removes `task`, if it is in the list. This compares the task as well as the key. A
    /// shutdown takes the whole list away, and then another task may get the same key.
    pub(crate) fn remove(&mut self, key: u32, task: &Task) -> Option<Task> {
        let slot = self.slots.get_mut(key as usize)?;
        let removed = slot.take_if(|listed| listed.as_raw() == task.as_raw())?;
        self.free.push(key);
        Some(removed)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Task> {
        self.slots.iter().flatten()
    }
}

impl IntoIterator for OwnedTasks {
    type Item = Task;
    type IntoIter = std::iter::Flatten<std::vec::IntoIter<Option<Task>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.slots.into_iter().flatten()
    }
}

/// Stores the key of a task. Only the thread that adds the task to a list calls
/// this.
pub(crate) fn set_key(task: &Task, key: u32) {
    debug_assert!(key < NO_KEY);
    // Relaxed: the queue that passes the task to another thread publishes the key.
    task.header().key.store(key, Relaxed);
}

/// The key of a task, or [`NO_KEY`].
pub(crate) fn key(task: &Task) -> u32 {
    // Relaxed: see the store in `set_key`.
    task.header().key.load(Relaxed)
}

/// Whether a list holds the task, or held it until the task ended. No code asks this about a
/// task that ended without a list: a failed task has a key of another kind (C3 of the cell).
pub(crate) fn is_owned(task: &Task) -> bool {
    key(task) != NO_KEY
}
