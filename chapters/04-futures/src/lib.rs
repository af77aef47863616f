// ANCHOR: modules
//! Chapter 04: what a future promises, and how to wait for several futures.
//!
//! [`Clock`] is a small world in which futures run, and [`Sleep`] is its only
//! leaf future. [`join`], [`try_join`] and [`race`] wait for two futures, and
//! [`Unordered`] waits for any number of them. [`serve`] is chapter 01's
//! conversation as an `async fn`, over a [`Line`] that reads a script.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod clock;
mod join;
mod line;
mod race;
mod serve;
mod unordered;

pub use clock::{Clock, Sleep, Stuck};
pub use join::{Join, TryJoin, join, try_join};
pub use line::Line;
pub use race::{Either, Race, race};
pub use serve::serve;
pub use unordered::{Next, Unordered};
/// Chapter 01's types, for programs that use [`serve`].
pub use waiting::{End, Message, Rules};
// ANCHOR_END: modules
