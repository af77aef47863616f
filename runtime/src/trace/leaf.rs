//! The functions with which leaf futures note what they wait for. A leaf waits
//! for an event itself, not for other futures.
//!
//! After each poll, a leaf notes what it waits for and whether it still waits.
//! The note goes to the record of the task that this thread polls, if the task's
//! runtime is traced (see [`record`](super::record)). Otherwise it is discarded.
//! Without the feature, `nothing.rs` replaces this file.

use super::{
    Origin,
    record::{self, Identity, Kind, Recorder},
    wait::{TimerKind, WaitsFor},
};
use crate::{clock::Instant, id::Id};
use std::{
    future::{Future, poll_fn},
    panic::Location,
    pin::pin,
    sync::Arc,
    task::Poll,
};

/// The kind of a primitive of `sync`, and where it was created.
#[derive(Clone, Copy)]
pub(crate) struct Label {
    what: &'static str,
    at: &'static Location<'static>,
}

impl Label {
    #[track_caller]
    pub(crate) const fn new(what: &'static str) -> Self {
        Self {
            what,
            at: Location::caller(),
        }
    }

    /// Notes that the task waits for this primitive, or no longer does.
    pub(crate) fn note<T>(&self, polled: &Poll<T>) {
        note_label(polled, std::ptr::from_ref(self).addr(), || *self);
    }
}

/// [`Label::note`] without a borrowed label. `address` tells the primitive from
/// others.
pub(crate) fn note_label<T>(polled: &Poll<T>, address: usize, label: impl FnOnce() -> Label) {
    note(polled, Identity::new(Kind::Sync, address as u64), || {
        let Label { what, at } = label();
        WaitsFor::Sync { what, made_at: at }
    });
}

/// What a wait for a descriptor is about.
pub(crate) struct IoSource {
    pub(crate) what: &'static str,
    pub(crate) name: Option<Arc<str>>,
}

/// A resource of the reactor that may have a name, such as a socket's address.
pub(crate) trait ResourceName {
    fn name(&self) -> Option<String> {
        None
    }
}

fn note<T>(polled: &Poll<T>, identity: Identity, on: impl FnOnce() -> WaitsFor) {
    record::with(|recorder| match polled {
        Poll::Pending => recorder.waits(identity, on()),
        Poll::Ready(_) => recorder.ends(identity),
    });
}

/// Notes a timer. `address` tells it from others with the same deadline.
pub(crate) fn note_time<T>(polled: &Poll<T>, until: Instant, address: usize) {
    record::with(|recorder| {
        let identity = Identity::new(Kind::Time, recorder.moment(until)).at(address);
        match polled {
            Poll::Pending => recorder.waits(
                identity,
                WaitsFor::Time {
                    timer: TimerKind::Sleep,
                    until,
                },
            ),
            Poll::Ready(_) => recorder.ends(identity),
        }
    });
}

/// Notes the end of a task.
pub(crate) fn note_task<T>(polled: &Poll<T>, id: Id, task: &Origin) {
    note(polled, Identity::new(Kind::Task, id.get()), || {
        WaitsFor::Task {
            id,
            kind: task.record.kind(),
            spawned_at: task.location,
        }
    });
}

/// Notes a wait for the first of `many` futures to be ready. Their own notes
/// cover only the futures that were polled last. `address` tells this collection
/// from others.
pub(crate) fn note_any<T>(polled: &Poll<T>, address: usize, many: usize, what: &'static str) {
    note(polled, Identity::new(Kind::Any, 0).at(address), || {
        WaitsFor::AnyOf { many, what }
    });
}

/// Discards what `poll` notes, because its caller makes a better note.
pub(crate) fn discard_notes<T>(poll: impl FnOnce() -> T) -> T {
    let mark = record::with(|recorder: &mut Recorder| recorder.mark());
    let polled = poll();
    if let Some(mark) = mark {
        record::with(|recorder| recorder.withdraw(mark));
    }
    polled
}

/// Notes a resource of the reactor.
pub(crate) fn note_io<T>(
    polled: &Poll<T>,
    token: usize,
    writable: bool,
    source: impl FnOnce() -> IoSource,
) {
    let kind = if writable {
        Kind::Writable
    } else {
        Kind::Readable
    };
    note(polled, Identity::new(kind, token as u64), || {
        let IoSource { what, name } = source();
        WaitsFor::Io {
            what,
            name,
            writable,
        }
    });
}

/// Notes a wait for the standard input.
pub(crate) fn note_input() {
    let polled = Poll::<()>::Pending;
    note(&polled, Identity::new(Kind::Readable, u64::MAX), || {
        WaitsFor::Io {
            what: "standard input",
            name: None,
            writable: false,
        }
    });
}

/// Notes a wait for a signal. `address` tells this listener from others.
pub(crate) fn note_signal<T>(polled: &Poll<T>, number: i32, address: usize) {
    let identity = Identity::new(Kind::Signal, number.unsigned_abs().into()).at(address);
    note(polled, identity, || WaitsFor::Signal { number });
}

/// Notes that a leaf returned `Pending` without trying its operation, because the
/// task's budget is spent.
pub(crate) fn note_no_budget() {
    record::with(Recorder::keep_all);
}

/// Wraps a poll of a future that contains others, such as a select. When it is
/// ready, it drops the others. So their notes are withdrawn.
pub(crate) fn combinator<T>(poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
    let mark = record::with(|recorder: &mut Recorder| recorder.mark());
    let polled = poll();
    if let Some(mark) = mark
        && polled.is_ready()
    {
        record::with(|recorder| recorder.withdraw(mark));
    }
    polled
}

/// Lets `what` change the notes of `poll`, to say what the wait is for.
fn recast<T>(poll: impl FnOnce() -> T, what: impl Fn(&mut WaitsFor)) -> T {
    let mark = record::with(|recorder: &mut Recorder| recorder.mark());
    let polled = poll();
    if let Some(mark) = mark {
        record::with(|recorder| recorder.recast(mark, what));
    }
    polled
}

/// Notes the sleeps in `poll` as a timer of another kind.
pub(crate) fn as_timer<T>(kind: TimerKind, poll: impl FnOnce() -> T) -> T {
    recast(poll, |on| {
        if let WaitsFor::Time { timer, .. } = on {
            *timer = kind;
        }
    })
}

async fn recast_all<F: Future>(future: F, what: impl Fn() -> WaitsFor) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| recast(|| future.as_mut().poll(context), |on| *on = what())).await
}

/// Notes the waits of `future` as a wait for the end of a child process.
pub(crate) fn as_child<F: Future>(process: u32, future: F) -> impl Future<Output = F::Output> {
    recast_all(future, move || WaitsFor::Child { process })
}

/// The name of a resource. It is set once it is known.
pub(crate) type Name = std::sync::OnceLock<Arc<str>>;
