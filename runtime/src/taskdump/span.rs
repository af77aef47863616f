//! The spans and events that tokio-console reads (feature `tracing`).
//!
//! | the console learns of    | from                                               |
//! |--------------------------|----------------------------------------------------|
//! | a task that was spawned  | a span `runtime.spawn`, with its kind, name and location |
//! | a poll                   | entering and leaving that span                     |
//! | the task's end           | closing that span                                  |
//! | a waker cloned, dropped, or used to wake | an event of the target `tokio::task::waker`, with the span's id |
//!
//! The fields are those of tokio's `util::trace` and `runtime::task::waker`,
//! because console-subscriber's visitors look for these. A subscriber is user
//! code, so this module never calls it under a lock.

use super::{TaskStats, wait::TaskKind};
use crate::{id::Id, unwind::catch_and_discard};
use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering::Relaxed},
};
use tracing::{Span, span::EnteredSpan};

/// A task's span, in its header.
#[derive(Default)]
pub(crate) struct SpanSlot {
    /// `None` while a poll is inside the span. The poll owns it then.
    span: Mutex<Option<Span>>,
    /// The span's id, which wakers report. 0 without a span.
    id: AtomicU64,
}

/// An operation on a waker.
#[derive(Clone, Copy)]
pub(crate) enum WakerOp {
    Clone,
    Wake,
    WakeByRef,
    Drop,
}

impl SpanSlot {
    fn span(&self) -> MutexGuard<'_, Option<Span>> {
        self.span.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens the span of a new task that no other thread has seen yet, or of a `block_on` task
/// task that starts again.
pub(crate) fn open(id: Id, task: &TaskStats, kind: TaskKind, name: Option<&str>) {
    let kind = match kind {
        TaskKind::Task => "task",
        TaskKind::Blocking => "blocking",
        TaskKind::BlockOn => "block_on",
    };
    let location = task.location;
    catch_and_discard(|| {
        let span = tracing::trace_span!(
            target: "tokio::task",
            parent: None,
            "runtime.spawn",
            %kind,
            task.name = %name.unwrap_or_default(),
            task.id = id.get(),
            loc.file = location.file(),
            loc.line = location.line(),
            loc.col = location.column(),
        );
        let slot = &task.span;
        // Ordering: Relaxed. The queue that passes the task to another thread
        // publishes the id too. The store of 0 in `close` publishes nothing: a
        // waker that misses it reports a span that has just closed.
        slot.id
            .store(span.id().map_or(0, |id| id.into_u64()), Relaxed);
        *slot.span() = Some(span);
    });
}

/// Closes the span of a task that has ended. The task's wakers may live longer,
/// and they report nothing from now on.
pub(crate) fn close(task: &TaskStats) {
    let slot = &task.span;
    slot.id.store(0, Relaxed);
    let span = slot.span().take();
    catch_and_discard(|| drop(span));
}

/// A poll inside the task's span. Dropping it leaves the span.
pub(crate) struct Inside<'a> {
    slot: &'a SpanSlot,
    entered: Option<EnteredSpan>,
}

/// Enters the task's span for a poll.
#[must_use]
pub(crate) fn enter(task: &TaskStats) -> Option<Inside<'_>> {
    let slot = &task.span;
    let span = slot.span().take()?;
    // A subscriber may panic.
    let mut entered = None;
    catch_and_discard(|| entered = Some(span.entered()));
    Some(Inside { slot, entered })
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        if let Some(entered) = self.entered.take() {
            catch_and_discard(|| {
                let span = entered.exit();
                *self.slot.span() = Some(span);
            });
        }
    }
}

/// Reports an operation on a waker of the task.
pub(crate) fn waker(task: &TaskStats, op: WakerOp) {
    // Ordering: Relaxed, as in `open`.
    let id = task.span.id.load(Relaxed);
    if id == 0 {
        return;
    }
    let op = match op {
        WakerOp::Clone => "waker.clone",
        WakerOp::Wake => "waker.wake",
        WakerOp::WakeByRef => "waker.wake_by_ref",
        WakerOp::Drop => "waker.drop",
    };
    catch_and_discard(|| tracing::trace!(target: "tokio::task::waker", op, task.id = id));
}
