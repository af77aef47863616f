//! The server of `cargo course`. It serves the book with the runtime that the book builds.
//!
//! One thread runs a `wakeful` runtime, hyper parses requests, and axum routes them. Blocking work
//! (building the book, reading and writing files) runs on the blocking pool. An idle server uses no
//! processor time: it has no timers, and it does not poll.
//!
//! | module | purpose |
//! |---|---|
//! | `listen` | opens the port, accepts connections, shuts down |
//! | `slots` | limits the connections, and makes silent ones give way |
//! | `peer`, `guard` | reject foreign connections and requests: by user, `Host`, `Origin` and token
//! |
//! | `router` | maps each address to its handler |
//! | `pages` | the built book in memory |
//! | `memory` | gives memory back to the system after a build |
//! | `events` | server-sent events and their subscribers |
//! | `jobs` | the queue that lets only one compile or run happen at a time |
//! | `board`, `exercises` | the state of every exercise, and the requests about one |
//! | `progress_file` | reads and writes the progress for the pages |
//! | `play` | runs a block of a page (▶) |
//! | `refresh` | rebuilds the book and runs exercises again when files change |
//! | `editor`, [`browser`] | start the reader's own programs |
//! | `inspector` | shows the server's own tasks, timers and sockets |

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
mod memory;
mod news;
mod pages;
mod peer;
mod play;
mod progress_file;
mod refresh;
mod router;
mod slots;
mod token;

pub use editor::Editor;
pub use error::ServeError;
pub use listen::{Options, Server};
