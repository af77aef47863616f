//! Several futures in one task: [`join!`](crate::join!),
//! [`try_join!`](crate::try_join!), [`select!`](crate::select!) and
//! [`race!`](crate::race!).
//!
//! All four pin their futures on the stack of the one who waits, and poll them
//! inside its own task: nothing is allocated or spawned, so they may borrow. The
//! macros are of the plain kind; where they need a name for each future, each
//! step of a recursion brings one, and hygiene keeps them apart. Beside them,
//! [`pin!`](crate::pin!) is for what is to be polled by reference.

mod join;
mod pin;
mod race;
mod select;
pub mod support;

#[cfg(all(test, not(loom)))]
mod tests;
