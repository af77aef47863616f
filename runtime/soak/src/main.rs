//! Holds ten thousand loopback connections that half-close, reset, stall, time
//! out, abort and panic, checks every byte that arrives, and looks whether
//! anything was lost: tasks, timers, sources, descriptors, threads, heap.
//!
//! - [`options`]: the command line.
//! - [`rounds`]: one flavour after the other, until the time is up.
//! - [`server`] and [`client`]: the two ends, each in a process of its own, for
//!   the descriptors of both would not fit into one.
//! - [`wire`]: what they say to each other.
//! - [`link`]: how the first process commands the second.
//! - [`state`]: what both ends count, and the first fault that they see.
//! - [`ledger`]: what a process holds, and the table of it.
//! - [`flavour`]: the kinds of runtime.
//! - [`dice`]: chance, from a seed.
//! - [`descriptors`]: the limit that is in the way.

mod client;
mod descriptors;
mod dice;
mod flavour;
mod ledger;
mod link;
mod options;
mod rounds;
mod server;
mod state;
mod wire;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = std::env::args().skip(1);
    state::silence_the_panics_that_were_asked_for();
    if link::is_client() {
        return link::obey();
    }
    let soaked = options::Options::parse(arguments).and_then(|options| rounds::run(&options));
    match soaked {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
