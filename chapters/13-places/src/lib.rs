// ANCHOR: modules
//! Chapter 13, second page: futures of calls without a box.
//!
//! `dyn DynLine` is the object of the first page, with two changes. Three adapters make
//! one: [`Inline`], [`InCaller`] and [`OnSideStack`].

#![warn(missing_docs)]

mod caller;
mod dyn_line;
mod inline;
mod room;
mod side_stack;

pub use caller::InCaller;
pub use dyn_line::{DynLine, Offer, SPACE};
pub use inline::Inline;
pub use room::Room;
pub use side_stack::{OnSideStack, WithSideStack, side_stack_in_use, with_side_stack};

/// The first page.
pub use dyn_traits::{self, DynFuture, End, Line, Message, ScriptedLine, serve};
// ANCHOR_END: modules
