//! Channels, locks and signals between tasks.
//!
//! | to                                           | use                   |
//! |----------------------------------------------|-----------------------|
//! | send one value to one task                   | [`oneshot`]           |
//! | send many values to one task                 | [`mpsc`]              |
//! | send every value to every task               | [`broadcast`]         |
//! | show many tasks the latest value             | [`watch`]             |
//! | let one task at a time change a value        | [`Mutex`]             |
//! | let many tasks read, or one write            | [`RwLock`]            |
//! | make a value when it is first needed         | [`OnceCell`]          |
//! | set a value once, for all tasks that wait    | [`SetOnce`]           |
//! | limit how many tasks do something            | [`Semaphore`]         |
//! | wake a task without a message                | [`Notify`]            |
//! | let a group of tasks go on together          | [`Barrier`]           |
//! | tell tasks to stop                           | [`CancellationToken`] |
//!
//! All of them work across threads, runtimes and executors, because none of
//! them needs a runtime. Tasks that wait are served in the order in which they
//! came. Waiting allocates nothing, because a waiter's node in the queue lies
//! inside its future. A future that is dropped leaves the queue. If it had been
//! given something already, the next waiter gets that. On the tasks of this
//! crate, each of them spends the task's budget, so a task that is always ready
//! makes way for the others.
//!
//! [`local`] has forms without atomics, for tasks that share a thread. For many
//! values that each go to one of several tasks, use the crate `async-channel`,
//! which needs no runtime either.
//!
//! Inside, `wait_list` is the queue of waiters that all of them share, and
//! `raw_semaphore` the semaphore that most of them are made of.

/// Makes a function `const`, except under loom, whose cells cannot be created
/// at compile time.
macro_rules! const_unless_loom {
    ($(#[$meta:meta])* $vis:vis const fn $($rest:tt)*) => {
        $(#[$meta])*
        #[cfg(not(loom))]
        $vis const fn $($rest)*

        $(#[$meta])*
        #[cfg(loom)]
        $vis fn $($rest)*
    };
}

#[macro_use]
mod guard;

mod barrier;
pub mod broadcast;
mod cancellation;
pub mod local;
pub mod mpsc;
mod mutex;
mod notification;
mod notify;
mod once_cell;
mod once_value;
pub mod oneshot;
mod raw_semaphore;
mod rwlock;
mod semaphore;
mod set_once;
mod wait_list;
pub mod watch;

#[cfg(all(test, loom))]
mod models;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(all(test, not(loom)))]
mod tests;

pub use barrier::{Barrier, BarrierWaitResult};
pub use cancellation::{
    CancellationToken, DropGuard, DropGuardRef, WaitForCancellationFuture,
    WaitForCancellationFutureOwned,
};
pub use mutex::{
    MappedMutexGuard, Mutex, MutexGuard, OwnedMappedMutexGuard, OwnedMutexGuard, TryLockError,
};
pub use notify::{Notified, Notify, OwnedNotified};
pub use once_cell::{OnceCell, SetError};
pub use raw_semaphore::{AcquireError, TryAcquireError};
pub use rwlock::{
    OwnedRwLockMappedWriteGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock,
    RwLockMappedWriteGuard, RwLockReadGuard, RwLockWriteGuard,
};
pub use semaphore::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
pub use set_once::{SetOnce, SetOnceError};

/// The named futures of this module, at tokio's path.
pub mod futures {
    pub use super::{Notified, OwnedNotified};
}
