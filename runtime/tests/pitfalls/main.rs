//! The bugs that have broken other runtimes, and the tests that show that this one
//! does not have them. The name of each such test begins with the number of its pitfall.
//! Models of interleavings are in the crate's `models` modules, and tests of one part
//! are next to that part. `index` checks the list of modules after each "Tests:".
//!
//! 1. A wake-up arrives between the last check and the park, and is lost.
//!    Tests: `cores`, `executor::current_thread::models`,
//!    `executor::multi_thread::models`, `foreign_threads`, `multi_thread`, `scope::models`,
//!    `searching`.
//! 2. A wake arrives during a poll, after completion or after cancellation.
//!    Tests: `group::models`, `group::tests`, `scopes::ends`, `task::models`,
//!    `task::models::orderings`, `tasks`.
//! 3. Two wakes put a task into the queue twice.
//!    Tests: `group::models`, `group::tests`, `task::models`, `tasks`.
//! 4. A task drops its own handle, aborts itself, or is aborted as it ends.
//!    Tests: `join_set`, `multi_thread`, `task::models`, `task::models::orderings`, `tasks`.
//! 5. An output is dropped twice, never, or on the wrong thread.
//!    Tests: `cores`, `join_set`, `multi_thread`, `task::models`, `tasks`.
//! 6. User code panics: a poll, the drop of a future or an output, and each function
//!    of a waker, in handles, timers, sockets and lists of waiters.
//!    Tests: `block_in_place`, `cores`, `group::tests`, `join_set`, `panics`, `multi_thread`,
//!    `scopes::panics`, `sync::tests::semaphore`, `task_locals`.
//! 7. A task keeps its own waker, and is never freed.
//!    Tests: `tasks`.
//! 8. A waker outlives its runtime.
//!    Tests: `block_in_place::handed_off`, `executor::current_thread::models`,
//!    `group::tests`, `multi_thread::shutdown`, `task::models`, `task::models::orderings`,
//!    `tasks`.
//! 9. Another thread drops the last reference to a task.
//!    Tests: `block_in_place::handed_off`, `task::models`, `task::models::orderings`,
//!    `tasks`.
//! 10. User code runs under a lock: wakers, destructors, cancelled work.
//!     Tests: `callbacks`, `group::tests`, `scopes::ends`, `sync::local::tests`,
//!     `sync::tests::semaphore`, `task_locals`.
//! 11. A long chain of handles, waiters or tokens overflows the stack.
//!     Tests: `group::tests`, `join_set`, `scopes`, `shutdown`,
//!     `sync::tests::cancellation`, `task::models`, `tasks`.
//! 12. The reactor reuses a token within a batch, a duplicate of a descriptor stays
//!     open, or a deregistration fails.
//!     Tests: `async_fd`, `reactor::tests`, `sockets`.
//! 13. Clearing the readiness of a source loses a new event.
//!     Tests: `async_fd`, `reactor::models`, `reactor::tests`.
//! 14. Edge-triggered events hide the end of a stream, a half-close or a full buffer.
//!     Tests: `async_fd`, `datagrams`, `reactor::tests`, `sockets`, `streams`,
//!     `unix_sockets`.
//! 15. Timers: dropped, reset, dropped by another that fires with them, early, of zero
//!     length, or beyond the end of the clock.
//!     Tests: `timers`, `timers::fuzz`, `timers::models`, `timers::tests`.
//! 16. Shutdown: a spawn during it, sockets and timers that outlive it, blocking work.
//!     Tests: `async_fd`, `block_in_place`, `blocking::models`, `cores`, `datagrams`,
//!     `executor::current_thread::models`, `executor::multi_thread::models::handoff`,
//!     `foreign_threads`, `join_set`, `multi_thread::shutdown`, `scope::models`, `shutdown`,
//!     `streams`, `teardown`, `tests/standard.rs`, `timers::models`.
//! 17. A hook schedules work while its thread parks.
//!     Tests: `parking`.
//! 18. `block_on` is nested, short, or called after a fork.
//!     Tests: `block_in_place`, `foreign_threads`, `multi_thread`, `shutdown`, `teardown`,
//!     `tests/fork.rs`.
//! 19. A task that is always ready starves others: through the queues, inside
//!     `select!` and `join!`, or with any leaf future.
//!     Tests: `budget`, `cores`, `fairness`, `group::tests`, `join_set`, `multi_thread`,
//!     `priorities`, `scopes`, `task_locals`.
//! 20. A thread of the blocking pool gives up as work arrives, or the runtime exceeds its
//!     thread limit.
//!     Tests: `blocking::models`, `shutdown`.
//! 21. A child of a scope outlives what it borrows.
//!     Tests: `scopes::ends`.
//! 22. System calls fail: `EINTR`, `EMFILE`, `EPIPE`, resets, a full eventfd.
//!     Tests: `datagrams`, `sockets`, `streams`, `tests/limits.rs`, `unix_sockets`.
//!
//! Some tests hold several pitfalls and have no number. `task::fuzz` runs random histories
//! of one task. `refused` has the code for pitfall 21 that the compiler must reject. Every
//! `assert_waits` checks that a task is not polled for nothing. `tests/stress` runs
//! many tasks at once. `faults` shows how far other faults spread, and `multi_thread_driver`
//! what may block in a multi-thread runtime.
#![cfg(not(loom))]

#[cfg(not(miri))]
mod addresses;
#[cfg(all(unix, not(miri)))]
mod async_fd;
mod block_in_place;
#[cfg(not(miri))]
mod budget;
mod callbacks;
mod cores;
#[cfg(not(miri))]
mod datagrams;
mod fairness;
#[cfg(all(target_os = "linux", not(miri)))]
mod faults;
mod foreign_threads;
mod handles;
#[cfg(not(miri))]
mod index;
mod join_set;
mod multi_thread;
mod multi_thread_driver;
mod panic_locations;
mod panics;
mod parking;
mod priorities;
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
mod teardown;
mod timers;
#[cfg(all(unix, not(miri)))]
mod unix_sockets;
