// ANCHOR: rooms
//! Chapter 05: futures that stay where they are, and what that is good for.
//!
//! [`join`] and [`race`] are chapter 04's without the bound `Unpin`: the first
//! gets at what it is made of by hand, the second by a macro. [`Notify`] is
//! waited for in a list whose nodes lie inside the futures that wait.

#![warn(missing_docs)]

mod join;
mod notify;
mod race;

// The small world of chapter 04 in which they run.
pub use futures_by_hand::{Clock, Either};
pub use join::{Join, join};
pub use notify::{Notified, Notify};
pub use race::{Race, race};
// ANCHOR_END: rooms
