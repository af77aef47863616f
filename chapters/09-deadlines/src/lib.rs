// ANCHOR: modules
//! Chapter 09, first page: three ways to keep many deadlines.
//!
//! A [`List`] searches all of them. A [`Set`] keeps them in order. A [`Wheel`] keeps
//! them in slots, so that a [`Timer`] is set and cancelled in constant time and without
//! an allocation.
//!
//! All times are *ticks*. The user of the crate decides how long a tick is.

#![warn(missing_docs)]

mod list;
mod set;
mod slot;
mod timer;
mod wheel;

pub use list::List;
pub use set::{Position, Set};
pub use timer::Timer;
pub use wheel::Wheel;
// ANCHOR_END: modules
