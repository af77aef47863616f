//! What the leaves say when they are polled: the futures of this crate that
//! wait for something themselves, and not for other futures.
//!
//! Each says, after a poll, what it is about and whether that was there. The
//! notes go to the record of the task that is being polled on this thread, if
//! its runtime is traced (see [`record`](super::record)), and else nowhere.
//! Without the feature, `nothing.rs` stands here instead.

use super::{
    record::{self, Identity, Kind, Recorder},
    wait::{TimerKind, WaitsFor},
};
use crate::{
    reactor::{Direction, Source},
    task::Header,
    time::Instant,
};
use std::{
    future::{Future, poll_fn},
    panic::Location,
    pin::pin,
    sync::Arc,
    task::Poll,
};

/// What a thing of `sync` is, and where it was made.
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

    /// Somebody waits for it, or has what it waited for.
    pub(crate) fn note<T>(&self, polled: &Poll<T>) {
        note_label(polled, std::ptr::from_ref(self).addr(), || *self);
    }
}

/// [`Label::note`] for what cannot be borrowed without more; `place` tells it
/// from others.
pub(crate) fn note_label<T>(polled: &Poll<T>, place: usize, made: impl FnOnce() -> Label) {
    note(polled, Identity::new(Kind::Sync, place as u64), || {
        let Label { what, at } = made();
        WaitsFor::Sync { what, made_at: at }
    });
}

/// What the reactor watches, by its name: an address, where it has one.
pub(crate) trait ResourceName {
    fn name(&self) -> Option<String> {
        None
    }
}

fn note<T>(polled: &Poll<T>, identity: Identity, on: impl FnOnce() -> WaitsFor) {
    record::with(|recorder| match polled {
        Poll::Pending => recorder.waits(identity, on()),
        Poll::Ready(_) => recorder.has(identity),
    });
}

/// A timer, which is in `place`: there may be others for the same moment.
pub(crate) fn note_time<T>(polled: &Poll<T>, until: Instant, place: usize) {
    record::with(|recorder| {
        let identity = Identity::new(Kind::Time, recorder.moment(until)).at(place);
        match polled {
            Poll::Pending => recorder.waits(
                identity,
                WaitsFor::Time {
                    timer: TimerKind::Sleep,
                    until,
                },
            ),
            Poll::Ready(_) => recorder.has(identity),
        }
    });
}

/// The end of a task.
pub(crate) fn note_task<T>(polled: &Poll<T>, task: &Header) {
    note(polled, Identity::new(Kind::Task, task.id.get()), || {
        WaitsFor::Task {
            id: task.id,
            kind: task.origin.record.kind(),
            spawned_at: task.origin.location,
        }
    });
}

/// The next of `many` futures that is ready. What they say themselves tells only
/// of those that were looked at last. `place` tells this from others.
pub(crate) fn note_any<T>(polled: &Poll<T>, place: usize, many: usize, what: &'static str) {
    note(polled, Identity::new(Kind::Any, 0).at(place), || {
        WaitsFor::AnyOf { many, what }
    });
}

/// What is noted in `poll` is not worth it: somebody says it better.
pub(crate) fn unsaid<T>(poll: impl FnOnce() -> T) -> T {
    let mark = record::with(|recorder: &mut Recorder| recorder.mark());
    let polled = poll();
    if let Some(mark) = mark {
        record::with(|recorder| recorder.withdraw(mark));
    }
    polled
}

/// Something that the reactor watches.
pub(crate) fn note_io<T>(
    polled: &Poll<T>,
    source: &Source,
    token: usize,
    direction: Direction,
    io: &impl ResourceName,
) {
    let kind = match direction {
        Direction::Read => Kind::Readable,
        Direction::Write => Kind::Writable,
    };
    note(polled, Identity::new(kind, token as u64), || WaitsFor::Io {
        what: source.kind(),
        name: source.name(|| io.name()),
        writable: direction == Direction::Write,
    });
}

/// The standard input, which is not there yet.
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

/// A signal, where the reactor does not hear of it.
#[cfg(not(unix))]
pub(crate) fn note_signal<T>(polled: &Poll<T>, number: i32) {
    let identity = Identity::new(Kind::Signal, number.unsigned_abs().into());
    note(polled, identity, || WaitsFor::Signal { number });
}

/// A leaf has not looked, for the task's budget is spent.
pub(crate) fn note_no_turn() {
    record::with(Recorder::keep_all);
}

/// One poll of a future with others inside. When it is ready, so much for what
/// those have waited for: a select drops them, and nobody polls them again.
pub(crate) fn part<T>(poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
    let mark = record::with(|recorder: &mut Recorder| recorder.mark());
    let polled = poll();
    if let Some(mark) = mark
        && polled.is_ready()
    {
        record::with(|recorder| recorder.withdraw(mark));
    }
    polled
}

/// What is noted in `poll` is noted as something else: what it is for.
fn recast<T>(poll: impl FnOnce() -> T, what: impl Fn(&mut WaitsFor)) -> T {
    let mark = record::with(|recorder: &mut Recorder| recorder.mark());
    let polled = poll();
    if let Some(mark) = mark {
        record::with(|recorder| recorder.recast(mark, what));
    }
    polled
}

/// Sleeps in `poll` are a part of something larger.
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

/// `future` waits for the end of a child process.
pub(crate) fn as_child<F: Future>(process: u32, future: F) -> impl Future<Output = F::Output> {
    recast_all(future, move || WaitsFor::Child { process })
}

/// `future` waits for a signal.
#[cfg(unix)]
pub(crate) fn as_signal<F: Future>(number: i32, future: F) -> impl Future<Output = F::Output> {
    recast_all(future, move || WaitsFor::Signal { number })
}

/// A name, kept once it is known.
pub(crate) type Name = std::sync::OnceLock<Arc<str>>;
