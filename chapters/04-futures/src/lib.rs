// ANCHOR: rooms
//! Chapter 04: what a future owes, and how to wait for several at a time.
//!
//! [`Clock`] is a small world in which futures run: its time passes only when
//! nobody has anything to do. [`Sleep`] is the one future that waits; [`join`],
//! [`try_join`] and [`race`] wait for two others, [`Unordered`] for any number.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod clock;
mod join;
mod race;
mod unordered;

pub use clock::{Clock, Sleep, Stuck};
pub use join::{Join, TryJoin, join, try_join};
pub use race::{Either, Race, race};
pub use unordered::{Next, Unordered};
// ANCHOR_END: rooms
