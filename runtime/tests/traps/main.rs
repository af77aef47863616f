//! What has broken other runtimes, and does not break this one. Each test
//! begins with the number of its trap; those of interleavings are in the
//! crate's loom models, those of single parts beside the parts.
//!
//!  1 lost wake-up before sleeping — `executor::models`
//!  2 wake during poll, wake after completion — `tasks`, `task::models`
//!  3 two wakes, one queue entry — `tasks`, `task::models`
//!  4 a task that drops its handle or aborts itself — `tasks`, `task::models`
//!  5 the output is dropped once, where it belongs — `tasks`, `task::models`
//!  6 panics of strangers — `panics`
//!  7 a task that keeps its own waker — `tasks`
//!  8 a waker that outlives its runtime — `tasks`
//!  9 the last reference let go by another thread — `tasks`
//! 10 no stranger's code under a lock — `panics`
//! 11 a long chain of handles — `tasks`
//! 12 stale events — `sockets`, `async_fd`, `reactor::tests`
//! 13 readiness cleared against a new event — `reactor::tests`, `reactor::models`
//! 14 edge-triggered ends and full buffers — `streams`, `datagrams`,
//!    `unix_sockets`, `sockets`, `async_fd`
//! 15 timers — `timers`, `time::tests`, `time::fuzz`
//! 16 shutdown — `shutdown`, `streams`, `datagrams`, `async_fd`
//! 17 a hook that schedules work while parking — `parking`
//! 18 nested and short `block_on`, fork — `shutdown`
//! 19 starvation — `fairness`, `ranks`
//! 20 the blocking pool's edges — `shutdown`
//!    … and most of them once more on several threads — `pool`, `cores`, `in_place`, those of one
//!    task in any order — `task::fuzz`, in a set of tasks — `join_set`, in a
//!    group of futures — `group::tests`, `group::models`, in a scope — `scopes`,
//!    in the scope of a task-local — `task_locals`
//! 21 scopes — `scopes`, `scope::models`; what the compiler refuses, `refused`
//! 22 EINTR, EMFILE, EPIPE, resets — `sockets`, `streams`, `datagrams`,
//!    `unix_sockets`, `limits`
//!
//! How far other faults spread is in `faults`; `tests/stress.rs` has many tasks
//! at everything that they share.
#![cfg(not(loom))]

#[cfg(all(unix, not(miri)))]
mod async_fd;
mod cores;
#[cfg(not(miri))]
mod datagrams;
mod fairness;
#[cfg(all(target_os = "linux", not(miri)))]
mod faults;
mod in_place;
mod join_set;
mod panics;
mod parking;
mod pool;
mod ranks;
mod scopes;
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
