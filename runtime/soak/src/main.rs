//! Holds ten thousand loopback connections that half-close, reset, stall, time out,
//! abort and panic. Checks every byte that arrives, and checks that nothing is lost:
//! no task, timer, source, descriptor, thread or heap memory.
//!
//! - [`options`]: the command line.
//! - [`rounds`]: runs one flavour after another until the time is up.
//! - [`server`] and [`client`]: the two ends. Each has a process of its own, because
//!   the descriptors of both would not fit into one.
//! - [`wire`]: the protocol between the two ends.
//! - [`link`]: how the first process commands the second.
//! - [`state`]: the counts of an end, and the first fault that it finds.
//! - [`ledger`]: what a process holds, and the table of it.
//! - [`flavour`]: the flavours of runtime.
//! - [`random`]: random numbers from a seed.
//! - [`descriptors`]: raises the limit of descriptors.

mod client;
mod descriptors;
mod flavour;
mod ledger;
mod link;
mod options;
mod random;
mod rounds;
mod server;
mod state;
mod wire;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = std::env::args().skip(1);
    state::silence_requested_panics();
    if link::is_client() {
        return link::run_client();
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
