//! What the members of a group wait for, of whom only those that were woken are
//! polled: each keeps what it said when it was polled last.

use super::record::{self, Entry, Recorder};
use std::{collections::BTreeMap, task::Poll};

/// So many are shown of a group; a thousand would hide the rest of the task.
const MOST: usize = 64;

/// What each member of a group waits for, by its key.
pub(crate) struct Parts(BTreeMap<usize, Vec<Entry>>);

impl Parts {
    pub(crate) fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// One poll of a member.
    pub(crate) fn poll<T>(&mut self, member: usize, poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
        let begin = |recorder: &mut Recorder| {
            let before = self.0.remove(&member).unwrap_or_default();
            recorder.begin_part(before)
        };
        let Some(outer) = record::with(begin) else {
            return poll();
        };
        let polled = poll();
        let noted = record::with(|recorder| recorder.end_part(outer));
        if polled.is_pending() {
            self.0.insert(member, noted.unwrap_or_default());
        }
        polled
    }

    /// The group waits, and so do all who are in it.
    pub(crate) fn note(&self) {
        record::with(|recorder| {
            let entries = self.0.values().flatten();
            entries.take(MOST).for_each(|entry| recorder.include(entry));
        });
    }
}
