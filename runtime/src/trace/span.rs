//! Spans and events in the shapes that tokio-console reads (feature
//! `tracing`).
//!
//! | the console hears of     | by                                                 |
//! |--------------------------|----------------------------------------------------|
//! | a task that was spawned  | a span `runtime.spawn`, with its kind, name and place |
//! | a poll                   | that span entered and left                         |
//! | the task's end           | that span closed                                   |
//! | a waker cloned, dropped, or used to wake | an event of the target `tokio::task::waker`, with the span's id |
//!
//! The shapes are those of tokio's `util::trace` and `runtime::task::waker`, as
//! console-subscriber's visitors take them apart. What a subscriber does is a
//! stranger's code: it is called under no lock of ours.

use super::wait::TaskKind;
use crate::{task::Header, unwind::catch_and_discard};
use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering::Relaxed},
};
use tracing::{Span, span::EnteredSpan};

/// A task's span, in its header.
#[derive(Default)]
pub(crate) struct Place {
    /// Not there while it is entered, for then its poll has it.
    span: Mutex<Option<Span>>,
    /// The span's number, for the wakers; 0 without a span.
    id: AtomicU64,
}

/// What is done with a waker.
#[derive(Clone, Copy)]
pub(crate) enum WakerOp {
    Clone,
    Wake,
    WakeByRef,
    Drop,
}

impl Place {
    fn span(&self) -> MutexGuard<'_, Option<Span>> {
        self.span.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The task has been spawned, and nobody has seen it yet; or it is a root, and
/// begins again.
pub(crate) fn open(task: &Header, kind: TaskKind, name: Option<&str>) {
    let kind = match kind {
        TaskKind::Task => "task",
        TaskKind::Blocking => "blocking",
        TaskKind::BlockOn => "block_on",
    };
    let location = task.origin.location;
    catch_and_discard(|| {
        let span = tracing::trace_span!(
            target: "tokio::task",
            parent: None,
            "runtime.spawn",
            %kind,
            task.name = %name.unwrap_or_default(),
            task.id = task.id.get(),
            loc.file = location.file(),
            loc.line = location.line(),
            loc.col = location.column(),
        );
        let place = &task.origin.span;
        // Ordering: Relaxed, here and below; what hands the task on publishes
        // it, and a waker that is late speaks of nothing.
        place
            .id
            .store(span.id().map_or(0, |id| id.into_u64()), Relaxed);
        *place.span() = Some(span);
    });
}

/// The task has ended. Its wakers may live on; they are silent from now on.
pub(crate) fn close(task: &Header) {
    let place = &task.origin.span;
    place.id.store(0, Relaxed);
    let span = place.span().take();
    catch_and_discard(|| drop(span));
}

/// A poll, inside of the task's span.
pub(crate) struct Inside<'a> {
    place: &'a Place,
    entered: Option<EnteredSpan>,
}

/// A poll of the task begins.
#[must_use]
pub(crate) fn enter(task: &Header) -> Option<Inside<'_>> {
    let place = &task.origin.span;
    let span = place.span().take()?;
    // A subscriber is a stranger.
    let mut entered = None;
    catch_and_discard(|| entered = Some(span.entered()));
    Some(Inside { place, entered })
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        if let Some(entered) = self.entered.take() {
            catch_and_discard(|| {
                let span = entered.exit();
                *self.place.span() = Some(span);
            });
        }
    }
}

/// Something is done with a waker of the task.
pub(crate) fn waker(task: &Header, op: WakerOp) {
    let id = task.origin.span.id.load(Relaxed);
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
