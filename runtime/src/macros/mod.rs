//! Several futures in one task: [`join!`](crate::join!),
//! [`try_join!`](crate::try_join!), [`select!`](crate::select!) and
//! [`race!`](crate::race!).
//!
//! All four pin their futures on the stack of the task that waits, and poll them
//! inside that task. They allocate and spawn nothing, so the futures may borrow.
//! They are `macro_rules!` macros. Where they need a name for each future, each step
//! of a recursion adds one, and hygiene keeps the names apart. A fifth macro,
//! [`pin!`](crate::pin!), pins a future that you want to poll by reference.

mod join;
mod pin;
mod race;
mod select;
pub mod support;

#[cfg(all(test, not(loom)))]
mod tests;
