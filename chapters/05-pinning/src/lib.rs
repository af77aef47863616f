// ANCHOR: modules
//! Chapter 05: futures that stay in their places, and what this makes possible.
//!
//! [`join`] and [`race`] are those of chapter 04 without the bound `Unpin`.
//! `join` projects to its fields by hand, and `race` uses a macro. The tasks
//! that wait for a [`Notify`] form a list whose nodes lie inside the futures.

#![warn(missing_docs)]

mod join;
mod notify;
mod race;

/// Chapter 04's clock and executor.
pub use futures_by_hand::{Clock, Either};
pub use join::{Join, join};
pub use notify::{Notified, Notify};
pub use race::{Race, race};
// ANCHOR_END: modules
