//! What has broken other runtimes, and does not break this one. Each test
//! begins with the number of its trap; those of interleavings are in the
//! crate's loom models, those of single parts beside the parts.
//!
//!  1 lost wake-up between the last look and the sleep — `executor::local::models`,
//!    `executor::pool::models`, `scope::models`, `time::models`; `pool`, `cores`,
//!    `searching`
//!  2 a wake during a poll, after completion, after cancellation — `tasks`,
//!    `task::models`
//!  3 two wakes, one queue entry — `tasks`, `task::models`
//!  4 a task that drops its own handle or aborts itself — `tasks`; an abort
//!    against the end — `task::models`, `pool`
//!  5 the output is dropped once, whenever the handle goes — `tasks`,
//!    `task::models`; where it belongs — `tasks`, `cores`
//!  6 panics in a poll, in the drop of a future and of an output, in a waker's
//!    clone, wake and drop, for handles, timers and sockets — `panics`; for
//!    what waits in a list — `sync::tests`
//!  7 a task that keeps its own waker — `tasks`
//!  8 a waker that outlives its runtime — `tasks`, `pool`, `task::models`,
//!    `executor::local::models`
//!  9 the last reference let go by another thread — `tasks`, `task::models`
//! 10 no stranger's code under a lock: wakers, destructors, cancelled work —
//!    `panics`, `timers`, `sync::tests`
//! 11 long chains: of handles, of those who wait, of those who joined, of
//!    tokens — `tasks`, `task::models`, `sync::tests`
//! 12 a token used again in one batch, a duplicate that lives on, a
//!    deregistration that fails — `sockets`, `async_fd`, `reactor::tests`
//! 13 readiness cleared against a new event — `reactor::tests`,
//!    `reactor::models`, `async_fd`
//! 14 ends, half-closes and full buffers, edge-triggered — `streams`,
//!    `datagrams`, `unix_sockets`, `sockets`, `async_fd`
//! 15 timers: taken back, reset, dropped by one that fires with them, never
//!    early, of no time, beyond the clock's end — `timers`; the wheel's levels
//!    and its top — `time::tests`, `time::fuzz`; against another thread —
//!    `time::models`
//! 16 a spawn during the shutdown, sockets and timers that outlive it, blocking
//!    work — `blocking::pool::models`, `time::models`, `shutdown`, `ends`, `pool`, `cores`, `faults`, `streams`, `datagrams`,
//!    `async_fd`
//! 17 a hook that schedules work while parking — `parking`
//! 18 nested and short `block_on` — `shutdown`, `pool`, `ends`, `guests`; fork —
//!    `tests/fork.rs`
//! 19 starvation by who wakes itself, by a pair, of the injector, inside of
//!    `select!` and `join!` — `fairness`, `budget`, `pool`, `cores`, `ranks`
//! 20 a thread that gives up as work comes, the cap — `blocking::pool::models`,
//!    `shutdown`, `tests/stress.rs`
//!    … and most of them once more on several threads — `pool`, `cores`, `in_place`, those of one
//!    task in any order — `task::fuzz`, in a set of tasks — `join_set`, in a
//!    group of futures — `group::tests`, `group::models`, in a scope — `scopes`,
//!    in the scope of a task-local — `task_locals`
//! 21 scopes — `scopes`, `scope::models`; what the compiler refuses, `refused`
//! 22 EINTR — `unix_sockets`; EMFILE, a saturated bell — `tests/limits.rs`;
//!    EPIPE, resets — `sockets`, `streams`, `datagrams`, `unix_sockets`; polls for
//!    nothing — every `assert_waits`
//!
//! How far other faults spread is in `faults`, and what may block in a pool in
//! `watch`; `tests/stress.rs` has many tasks
//! at everything that they share.
#![cfg(not(loom))]

#[cfg(all(unix, not(miri)))]
mod async_fd;
#[cfg(not(miri))]
mod budget;
mod cores;
#[cfg(not(miri))]
mod datagrams;
mod ends;
mod fairness;
#[cfg(all(target_os = "linux", not(miri)))]
mod faults;
mod guests;
mod in_place;
mod join_set;
#[cfg(not(miri))]
mod names;
mod panics;
mod parking;
mod pool;
mod ranks;
mod scopes;
#[cfg(not(miri))]
mod searching;
mod shutdown;
#[cfg(not(miri))]
mod sockets;
#[cfg(not(miri))]
mod streams;
mod support;
mod task_locals;
mod tasks;
mod timers;
#[cfg(all(unix, not(miri)))]
mod unix_sockets;
mod watch;
