// ANCHOR: modules
//! Chapter 13, first page: objects with async functions.
//!
//! [`Line`] is a trait with async functions, and [`serve`] uses it. `dyn DynLine` is
//! an object that is a line again. Two adapters make one: [`Boxing`] and [`Cached`].

#![warn(missing_docs)]

mod block;
mod boxing;
mod cached;
mod dyn_future;
mod dyn_line;
mod line;

pub use boxing::{Boxing, boxed};
pub use cached::{Cached, Slot};
pub use dyn_future::DynFuture;
pub use dyn_line::DynLine;
pub use line::{Line, serve};

/// The line of chapter 04, which plays a script.
pub use futures_by_hand::{self, Line as ScriptedLine};
/// The line of chapter 08, which has a socket.
pub use sockets::{self, Line as SocketLine, waiting::End, waiting::Message};
// ANCHOR_END: modules
