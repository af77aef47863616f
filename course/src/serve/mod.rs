//! `cargo course`'s server: the book, served by the runtime that the book builds.
//!
//! One thread of `wakeful` carries everything: hyper parses, axum routes, and what would block
//! (building the book, reading and writing files) goes to the blocking pool. When nothing happens,
//! nothing runs: no timer, no polling.
//!
//! | room | holds |
//! |---|---|
//! | `listen` | the port, the connections, the end |
//! | `peer`, `guard` | who may connect, and who may ask: `Host`, `Origin`, the token |
//! | `router` | which address is answered by whom |
//! | `pages` | the built book in memory, ready to be sent |
//! | `events` | server-sent events and their subscribers |
//! | `jobs` | one compile or run at a time, and the queue for it |
//! | `board`, `exercises` | the state of every exercise, and the requests about one |
//! | `play` | ▶: a block of a page, run |
//! | `refresh` | a file changed: the book is rebuilt, the exercise runs again |
//! | `editor`, [`browser`] | the reader's own programs |
//! | `inspector` | the server's own tasks, timers and sockets |

mod board;
pub mod browser;
mod connection;
mod course;
mod editor;
mod error;
mod events;
mod exercises;
mod guard;
mod inspector;
mod jobs;
mod listen;
mod pages;
mod peer;
mod play;
mod refresh;
mod router;
mod token;

pub use editor::Editor;
pub use error::ServeError;
pub use listen::{Options, Server};
