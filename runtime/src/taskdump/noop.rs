//! Replaces the module `taskdump` without its feature. The types have no size and
//! the functions do nothing. `taskdump/leaf.rs` documents the real ones.

mod noop_span;

pub(crate) use noop_span::{WakerOp, waker};

use crate::{clock::Instant, id::Id};
use std::{future::Future, panic::Location, task::Poll};

/// Where a task came from.
pub(crate) struct TaskStats;

impl TaskStats {
    pub(crate) fn new(_: &'static Location<'static>, _: u64) -> Self {
        Self
    }

    #[expect(clippy::unused_self, reason = "as with the feature")]
    pub(crate) fn count_poll(&self) {}
}

#[derive(Clone, Copy)]
pub(crate) struct Resource;

impl Resource {
    pub(crate) const fn new(_what: &'static str) -> Self {
        Self
    }

    #[inline]
    #[expect(
        clippy::unused_self,
        clippy::trivially_copy_pass_by_ref,
        reason = "the same signature as with the feature"
    )]
    pub(crate) fn record<T>(&self, _polled: &Poll<T>) {}
}

/// What a wait for a descriptor is about.
pub(crate) struct IoResource;

pub(crate) trait NamedResource {}

impl<T> NamedResource for T {}

#[inline]
pub(crate) fn record_resource<T>(_: &Poll<T>, _address: usize, _made: impl FnOnce() -> Resource) {}

#[inline]
pub(crate) fn record_timer<T>(_polled: &Poll<T>, _until: Instant, _address: usize) {}

#[inline]
pub(crate) fn record_join<T>(_polled: &Poll<T>, _task: Id, _origin: &TaskStats) {}

#[inline]
pub(crate) fn record_any<T>(_: &Poll<T>, _address: usize, _many: usize, _what: &'static str) {}

#[inline]
pub(crate) fn discard_waits<T>(poll: impl FnOnce() -> T) -> T {
    poll()
}

#[inline]
pub(crate) fn record_io<T>(
    _: &Poll<T>,
    _token: usize,
    _writable: bool,
    _: impl FnOnce() -> IoResource,
) {
}

#[inline]
pub(crate) fn record_input() {}

#[inline]
pub(crate) fn record_signal<T>(_polled: &Poll<T>, _number: i32, _address: usize) {}

#[inline]
pub(crate) fn record_no_budget() {}

#[inline]
pub(crate) fn withdraw_if_ready<T>(poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
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

/// The kind of a task.
#[derive(Clone, Copy)]
pub(crate) enum TaskKind {
    Task,
    Blocking,
    BlockOn,
}

pub(crate) struct EnteredPoll;

#[inline]
pub(crate) fn enter_poll(_task: &TaskStats) -> EnteredPoll {
    EnteredPoll
}

pub(crate) struct NameGuard;

impl NameGuard {
    #[inline]
    pub(crate) fn begin(_name: Option<&str>) -> Self {
        Self
    }
}

/// The kind of a timer.
#[derive(Clone, Copy)]
pub(crate) enum TimerKind {
    Timeout,
    Interval,
}

pub(crate) struct MemberWaits;

#[expect(clippy::unused_self, reason = "the same signature as with the feature")]
impl MemberWaits {
    pub(crate) fn new() -> Self {
        Self
    }

    #[inline]
    pub(crate) fn poll<T>(&mut self, _member: usize, poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
        poll()
    }

    #[inline]
    pub(crate) fn record(&self) {}
}
