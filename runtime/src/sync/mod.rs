//! What tasks tell each other, and how they take turns.
//!
//! | to                                   | use                          |
//! |--------------------------------------|------------------------------|
//! | hand one value to one task           | [`oneshot`]                  |
//! | hand many values to one task         | [`mpsc`]                     |
//! | let at most so many do something     | [`Semaphore`]                |
//! | wake a task, with nothing to say     | [`Notify`]                   |
//!
//! All of it works between threads, runtimes and executors: nothing here asks
//! for a runtime. Whoever waits stands in a queue, first come first served,
//! and waiting allocates nothing: a waiter's place in the queue is inside its
//! future. A future that is dropped gives its place up, and what it had been
//! handed meanwhile goes to the next. On this crate's tasks, things that are
//! always ready make way for other tasks now and then.
//!
//! Inside: [`wait_list`] is the queue of waiters that all of them share,
//! [`permits`] the count with waiters that most of them are made of.

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

#[cfg(all(test, loom))]
mod models;
pub mod mpsc;
mod notify;
pub mod oneshot;
mod permits;
mod semaphore;
#[cfg(all(test, not(loom)))]
mod tests;
mod wait_list;

#[cfg(test)]
mod testing;

pub use notify::{Notified, Notify};
pub use semaphore::{
    AcquireError, OwnedSemaphorePermit, Semaphore, SemaphorePermit, TryAcquireError,
};
