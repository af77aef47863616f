//! The server of chapter 11 on wakeful. Its files are the files of the chapter, except for
//! `runtime`. The chapters have a narrower format than this workspace.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "the chapter shows these files as a library"
)]

#[path = "../../../chapters/11-server/src/connection.rs"]
#[rustfmt::skip]
mod connection;
#[path = "../../../chapters/11-server/src/conversation.rs"]
#[rustfmt::skip]
mod conversation;
#[path = "../../../chapters/11-server/src/error.rs"]
#[rustfmt::skip]
mod error;
#[path = "../../../chapters/11-server/src/metrics.rs"]
#[rustfmt::skip]
mod metrics;
#[path = "server/on_wakeful.rs"]
mod runtime;
#[path = "../../../chapters/11-server/src/server.rs"]
#[rustfmt::skip]
mod server;
#[path = "../../../chapters/11-server/src/signal.rs"]
#[rustfmt::skip]
mod signal;
#[path = "server/story.rs"]
mod story;
#[path = "../../../chapters/11-server/src/totals.rs"]
#[rustfmt::skip]
mod totals;

pub use error::{Error, Reaction};
pub use metrics::Metrics;
pub use server::{Limits, Listeners, Server};
pub use signal::Signal;

#[test]
fn the_server_of_the_chapter_runs_on_wakeful() {
    story::tell(|run| wakeful::block_on(run));
}
