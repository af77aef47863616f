//! The functions with which leaf futures record what they wait for. A leaf waits
//! for an event itself, not for other futures.
//!
//! After each poll, a leaf records what it waits for and whether it still waits.
//! The wait goes to the record of the task that this thread polls, if the task's
//! runtime has task dumps (see [`record`](super::record)). Otherwise it is discarded.
//! Without the feature, `noop.rs` replaces this file.

use super::{
    TaskStats,
    record::{self, Kind, Recorder, WaitKey},
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
pub(crate) struct Resource {
    what: &'static str,
    at: &'static Location<'static>,
}

impl Resource {
    #[track_caller]
    pub(crate) const fn new(what: &'static str) -> Self {
        Self {
            what,
            at: Location::caller(),
        }
    }

    /// Records that the task waits for this primitive, or no longer does.
    pub(crate) fn record<T>(&self, polled: &Poll<T>) {
        record_resource(polled, std::ptr::from_ref(self).addr(), || *self);
    }
}

/// [`Resource::record`] without a borrowed resource. `address` tells the primitive from
/// others.
pub(crate) fn record_resource<T>(
    polled: &Poll<T>,
    address: usize,
    resource: impl FnOnce() -> Resource,
) {
    record_wait(polled, WaitKey::new(Kind::Sync, address as u64), || {
        let Resource { what, at } = resource();
        WaitsFor::Sync { what, made_at: at }
    });
}

/// What a wait for a descriptor is about.
pub(crate) struct IoResource {
    pub(crate) what: &'static str,
    pub(crate) name: Option<Arc<str>>,
}

/// A resource of the reactor that may have a name, such as a socket's address.
pub(crate) trait NamedResource {
    fn name(&self) -> Option<String> {
        None
    }
}

fn record_wait<T>(polled: &Poll<T>, key: WaitKey, on: impl FnOnce() -> WaitsFor) {
    record::with(|recorder| match polled {
        Poll::Pending => recorder.waits_for(key, on()),
        Poll::Ready(_) => recorder.ends(key),
    });
}

/// Records a timer. `address` tells it from others with the same deadline.
pub(crate) fn record_timer<T>(polled: &Poll<T>, until: Instant, address: usize) {
    record::with(|recorder| {
        let key = WaitKey::new(Kind::Time, recorder.moment(until)).with_address(address);
        match polled {
            Poll::Pending => recorder.waits_for(
                key,
                WaitsFor::Time {
                    timer: TimerKind::Sleep,
                    until,
                },
            ),
            Poll::Ready(_) => recorder.ends(key),
        }
    });
}

/// Records the end of a task.
pub(crate) fn record_join<T>(polled: &Poll<T>, id: Id, task: &TaskStats) {
    record_wait(polled, WaitKey::new(Kind::Task, id.get()), || {
        WaitsFor::Task {
            id,
            kind: task.record.kind(),
            spawned_at: task.location,
        }
    });
}

/// Records that a task waits until one of `many` futures is ready. The last poll may
/// have polled only some of them, and only those have recorded waits of their own.
/// `address` tells this collection from others.
pub(crate) fn record_any<T>(polled: &Poll<T>, address: usize, many: usize, what: &'static str) {
    record_wait(
        polled,
        WaitKey::new(Kind::Any, 0).with_address(address),
        || WaitsFor::AnyOf { many, what },
    );
}

/// Discards what `poll` records, because its caller records something better.
pub(crate) fn discard_waits<T>(poll: impl FnOnce() -> T) -> T {
    let mark = record::with(|recorder: &mut Recorder| recorder.mark());
    let polled = poll();
    if let Some(mark) = mark {
        record::with(|recorder| recorder.withdraw(mark));
    }
    polled
}

/// Records a resource of the reactor.
pub(crate) fn record_io<T>(
    polled: &Poll<T>,
    token: usize,
    writable: bool,
    source: impl FnOnce() -> IoResource,
) {
    let kind = if writable {
        Kind::Writable
    } else {
        Kind::Readable
    };
    record_wait(polled, WaitKey::new(kind, token as u64), || {
        let IoResource { what, name } = source();
        WaitsFor::Io {
            what,
            name,
            writable,
        }
    });
}

/// Records a wait for the standard input.
pub(crate) fn record_input() {
    let polled = Poll::<()>::Pending;
    record_wait(&polled, WaitKey::new(Kind::Readable, u64::MAX), || {
        WaitsFor::Io {
            what: "standard input",
            name: None,
            writable: false,
        }
    });
}

/// Records a wait for a signal. `address` tells this listener from others.
pub(crate) fn record_signal<T>(polled: &Poll<T>, number: i32, address: usize) {
    let key = WaitKey::new(Kind::Signal, number.unsigned_abs().into()).with_address(address);
    record_wait(polled, key, || WaitsFor::Signal { number });
}

/// A leaf returned `Pending` without trying its operation, because the task's budget
/// is spent. So it has not recorded its wait again, and the waits of earlier polls are
/// kept.
pub(crate) fn record_no_budget() {
    record::with(Recorder::keep_earlier_waits);
}

/// Wraps a poll of a future that contains others, such as a select. When it is
/// ready, it drops the others. So their waits are withdrawn.
pub(crate) fn withdraw_if_ready<T>(poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
    let mark = record::with(|recorder: &mut Recorder| recorder.mark());
    let polled = poll();
    if let Some(mark) = mark
        && polled.is_ready()
    {
        record::with(|recorder| recorder.withdraw(mark));
    }
    polled
}

/// Lets `what` change the waits that `poll` records, to say what the wait is for.
fn recast<T>(poll: impl FnOnce() -> T, what: impl Fn(&mut WaitsFor)) -> T {
    let mark = record::with(|recorder: &mut Recorder| recorder.mark());
    let polled = poll();
    if let Some(mark) = mark {
        record::with(|recorder| recorder.recast(mark, what));
    }
    polled
}

/// Records the sleeps in `poll` as a timer of another kind.
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

/// Records the waits of `future` as a wait for the end of a child process.
pub(crate) fn as_child<F: Future>(process: u32, future: F) -> impl Future<Output = F::Output> {
    recast_all(future, move || WaitsFor::Child { process })
}

/// The name of a resource. It is set once it is known.
pub(crate) type Name = std::sync::OnceLock<Arc<str>>;
