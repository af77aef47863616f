//! What tasks tell each other, and how they take turns.
//!
//! | to                                   | use                          |
//! |--------------------------------------|------------------------------|
//! | hand one value to one task           | [`oneshot`]                  |
//! | hand many values to one task         | [`mpsc`]                     |
//! | hand every value to every task       | [`broadcast`]                |
//! | show many tasks what the value is now | [`watch`]                   |
//! | change a value, one task at a time   | [`Mutex`]                    |
//! | read it together, change it alone    | [`RwLock`]                   |
//! | make it when it is first wanted      | [`OnceCell`]                 |
//! | set it once, for all who wait        | [`SetOnce`]                  |
//! | let at most so many do something     | [`Semaphore`]                |
//! | wake a task, with nothing to say     | [`Notify`]                   |
//! | go on together                       | [`Barrier`]                  |
//! | tell tasks to stop                   | [`CancellationToken`]        |
//!
//! All of it works between threads, runtimes and executors: nothing here asks
//! for a runtime. Whoever waits stands in a queue, first come first served,
//! and waiting allocates nothing: a waiter's place in the queue is inside its
//! future. A future that is dropped gives its place up, and what it had been
//! handed meanwhile goes to the next. On this crate's tasks, things that are
//! always ready make way for other tasks now and then.
//!
//! Tasks that share a thread can do without atomics: [`local`] has forms for
//! them. Many values of which each is for one of several tasks are the business
//! of the crate `async-channel`, which asks for no runtime either.
//!
//! Inside: `wait_list` is the queue of waiters that all of them share,
//! `permits` the count with waiters that most of them are made of.

/// `const`, except under loom, whose cells cannot be made at compile time.
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
mod notify;
mod once_cell;
pub mod oneshot;
mod permits;
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
pub use cancellation::{CancellationToken, DropGuard, WaitForCancellationFuture};
pub use mutex::{Mutex, MutexGuard, OwnedMutexGuard, TryLockError};
pub use notify::{Notified, Notify};
pub use once_cell::{OnceCell, SetError};
pub use rwlock::{
    OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, RwLockReadGuard, RwLockWriteGuard,
};
pub use semaphore::{
    AcquireError, OwnedSemaphorePermit, Semaphore, SemaphorePermit, TryAcquireError,
};
pub use set_once::{SetOnce, SetOnceError};

/// Futures that are named, by tokio's path.
pub mod futures {
    pub use super::Notified;
}
