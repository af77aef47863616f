//! The waits of the members of a group. A group polls only the members that were
//! woken, so it keeps what each member recorded in its last poll.

use super::record::{self, Entry, Recorder};
use std::{collections::BTreeMap, task::Poll};

/// How many waits of a group a dump shows. More would hide the task's other
/// waits.
const SHOWN: usize = 64;

/// The waits of each member of a group, by the member's key.
pub(crate) struct MemberWaits(BTreeMap<usize, Vec<Entry>>);

impl MemberWaits {
    pub(crate) fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Polls a member and keeps what it records.
    pub(crate) fn poll<T>(&mut self, member: usize, poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
        let begin = |recorder: &mut Recorder| {
            let before = self.0.remove(&member).unwrap_or_default();
            recorder.begin_member(before)
        };
        let Some(outer) = record::with(begin) else {
            return poll();
        };
        let polled = poll();
        let waits = record::with(|recorder| recorder.end_member(outer));
        if polled.is_pending() {
            self.0.insert(member, waits.unwrap_or_default());
        }
        polled
    }

    /// The group waits, so the task waits for everything its members wait for.
    pub(crate) fn record(&self) {
        record::with(|recorder| {
            let entries = self.0.values().flatten();
            entries
                .take(SHOWN)
                .for_each(|entry| recorder.include(entry));
        });
    }
}
