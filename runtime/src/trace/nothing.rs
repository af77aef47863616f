//! What is left of tracing without the feature: labels that are nothing, and
//! notes that nobody takes. `trace/leaf.rs` says what each would be.

mod silent;

pub(crate) use silent::{WakerOp, waker};

use crate::{
    reactor::{Direction, Source},
    task::Header,
    time::Instant,
};
use std::{future::Future, task::Poll};

#[derive(Clone, Copy)]
pub(crate) struct Label;

impl Label {
    pub(crate) const fn new(_what: &'static str) -> Self {
        Self
    }

    #[inline]
    #[expect(
        clippy::unused_self,
        clippy::trivially_copy_pass_by_ref,
        reason = "as with the feature"
    )]
    pub(crate) fn note<T>(&self, _polled: &Poll<T>) {}
}

pub(crate) trait ResourceName {}

impl<T> ResourceName for T {}

#[inline]
pub(crate) fn note_label<T>(_: &Poll<T>, _place: usize, _made: impl FnOnce() -> Label) {}

#[inline]
pub(crate) fn note_time<T>(_polled: &Poll<T>, _until: Instant, _place: usize) {}

#[inline]
pub(crate) fn note_task<T>(_polled: &Poll<T>, _task: &Header) {}

#[inline]
pub(crate) fn note_any<T>(_: &Poll<T>, _place: usize, _many: usize, _what: &'static str) {}

#[inline]
pub(crate) fn unsaid<T>(poll: impl FnOnce() -> T) -> T {
    poll()
}

#[inline]
pub(crate) fn note_io<T>(_: &Poll<T>, _: &Source, _: usize, _: Direction, _: &impl ResourceName) {}

#[inline]
pub(crate) fn note_input() {}

#[cfg(not(unix))]
#[inline]
pub(crate) fn note_signal<T>(_polled: &Poll<T>, _number: i32) {}

#[inline]
pub(crate) fn note_no_turn() {}

#[inline]
pub(crate) fn part<T>(poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
    poll()
}

#[inline]
pub(crate) fn as_timer<T>(_kind: TimerKind, poll: impl FnOnce() -> T) -> T {
    poll()
}

#[inline]
pub(crate) fn as_child<F: Future>(_process: u32, future: F) -> F {
    future
}

#[cfg(unix)]
#[inline]
pub(crate) fn as_signal<F: Future>(_number: i32, future: F) -> F {
    future
}

/// What runs as a task.
#[derive(Clone, Copy)]
pub(crate) enum TaskKind {
    Task,
    Blocking,
    BlockOn,
}

pub(crate) struct Polling;

#[inline]
pub(crate) fn polling(_task: &Header) -> Polling {
    Polling
}

pub(crate) struct NameGuard;

impl NameGuard {
    #[inline]
    pub(crate) fn begin(_name: Option<&str>) -> Self {
        Self
    }
}

/// What a timer is for.
#[derive(Clone, Copy)]
pub(crate) enum TimerKind {
    Timeout,
    Interval,
}

pub(crate) struct Parts;

#[expect(clippy::unused_self, reason = "as with the feature")]
impl Parts {
    pub(crate) fn new() -> Self {
        Self
    }

    #[inline]
    pub(crate) fn poll<T>(&mut self, _member: usize, poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
        poll()
    }

    #[inline]
    pub(crate) fn note(&self) {}
}
