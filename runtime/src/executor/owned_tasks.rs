//! The tasks that have not ended, so that shutdown and the inspector find them.

use crate::task::{Task, UNLISTED};
use std::sync::atomic::Ordering::Relaxed;

/// Tasks by number. Adding and removing take constant time; a place is used
/// again.
#[derive(Default)]
pub(crate) struct OwnedTasks {
    places: Vec<Option<Task>>,
    vacant: Vec<u32>,
}

impl OwnedTasks {
    /// The place that the next task gets.
    pub(crate) fn next_place(&self) -> u32 {
        match self.vacant.last() {
            Some(&place) => place,
            // So many tasks would fill the memory of any machine first.
            None => u32::try_from(self.places.len()).expect("fewer than 2^32 tasks"),
        }
    }

    /// Keeps a task.
    pub(crate) fn add(&mut self, task: Task) {
        match self.vacant.pop() {
            Some(place) => self.places[place as usize] = Some(task),
            None => self.places.push(Some(task)),
        }
    }

    /// Takes this task out, if it is (still) what stands in its place: a list that
    /// was worked off may have been filled anew.
    pub(crate) fn remove(&mut self, place: u32, task: &Task) -> Option<Task> {
        let kept = self.places.get_mut(place as usize)?;
        let kept = kept.take_if(|kept| kept.as_raw() == task.as_raw())?;
        self.vacant.push(place);
        Some(kept)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Task> {
        self.places.iter().flatten()
    }
}

impl IntoIterator for OwnedTasks {
    type Item = Task;
    type IntoIter = std::iter::Flatten<std::vec::IntoIter<Option<Task>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.places.into_iter().flatten()
    }
}

/// Notes where a task is kept. Only the list's owner does.
pub(crate) fn set_key(task: &Task, key: u32) {
    debug_assert!(key < UNLISTED);
    // Ordering: Relaxed; whatever hands the task on publishes it.
    task.header().key.store(key, Relaxed);
}

/// Where a task is kept, or [`UNLISTED`].
pub(crate) fn key(task: &Task) -> u32 {
    // Ordering: as in `set_key`.
    task.header().key.load(Relaxed)
}
