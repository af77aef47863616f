//! Runs one flavour after another until the time is up.

use crate::{
    descriptors,
    flavour::Flavour,
    ledger::{Ledger, thousands},
    link::{self, Client, Report, Round},
    options::Options,
    random::mix,
    server,
    state::{self, Count, EndState},
};
use std::{
    io::{IsTerminal, Write},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

/// The client reports every second. After this time without a report, it has hung.
const REPORT_LIMIT: Duration = Duration::from_mins(2);

/// # Errors
/// If something was lost, or with the first fault.
pub fn run(options: &Options) -> Result<(), String> {
    let Options {
        seed, connections, ..
    } = *options;
    descriptors::raise_limit_for(connections)?;
    let (rounds, time) = options.rounds();
    println!(
        "seed {seed}: {} connections, {rounds} rounds of {time:.0?} each",
        thousands(connections as u64)
    );
    let mut client = Client::start()?;
    // Allocations that live for ever are made now, so that they are not losses later.
    for &flavour in &options.flavours {
        let round = Plan {
            name: format!("warming up, {}", flavour.name()),
            flavour,
            seed: mix(seed),
            connections: connections.div_ceil(10),
            time: Duration::from_secs(1).min(time / 2),
            warming_up: true,
        };
        round.run(&mut client)?;
    }
    let mut lost = 0;
    for number in 0..rounds {
        let flavour = options.flavours[number % options.flavours.len()];
        let round = Plan {
            name: format!("round {} of {rounds}, {}", number + 1, flavour.name()),
            flavour,
            seed: mix(seed ^ mix(number as u64)),
            connections,
            time,
            warming_up: false,
        };
        let ledgers = round.run(&mut client)?;
        lost += ledgers
            .iter()
            .filter(|ledger| !ledger.is_balanced())
            .count();
    }
    if lost > 0 {
        return Err(format!(
            "something was lost: run again with `--seed {seed}`"
        ));
    }
    println!("nothing was lost");
    Ok(())
}

struct Plan {
    name: String,
    flavour: Flavour,
    seed: u64,
    connections: usize,
    time: Duration,
    warming_up: bool,
}

impl Plan {
    /// Runs the round, and prints its progress and its result.
    fn run(self, client: &mut Client) -> Result<[Ledger; 2], String> {
        let Self {
            flavour,
            warming_up,
            ..
        } = self;
        let state = EndState::new(self.seed);
        let (sender, receiver) = mpsc::channel();
        let server = {
            let state = Arc::clone(&state);
            thread::spawn(move || {
                let end = server::serve(Arc::clone(&state), flavour, sender);
                state::run(flavour, &state, warming_up, |_| {}, end)
            })
        };
        let Ok(addresses) = receiver.recv() else {
            // The server could not next_report, and its result says why.
            return Err(ended(server).err().unwrap_or_default());
        };
        client.begin(&Round {
            flavour,
            seed: self.seed,
            connections: self.connections,
            time: self.time,
            warming_up,
            addresses,
        })?;
        let client_ended = self.follow(client, &state);
        state.stop.cancel();
        if client_ended.is_err() {
            // The exit of the client ends its connections, and so the server.
            client.kill();
        }
        let server = ended(server);
        // A fault of the server often causes one of the client, so report it first.
        let server = server.map_err(|why| format!("{}: {why}", self.name))?;
        let (theirs, counts) = client_ended.map_err(|why| format!("{}: {why}", self.name))?;
        if !warming_up {
            println!("{}", self.name);
            println!("{}", link::table(state.counts(), counts));
            println!("{}", server.table("server"));
            println!("{}", theirs.table("client"));
        }
        Ok([server, theirs])
    }

    /// Prints the client's progress until the client has ended.
    fn follow(&self, client: &Client, state: &EndState) -> Result<(Ledger, state::Counts), String> {
        let terminal = std::io::stdout().is_terminal();
        let start = Instant::now();
        let mut line = Duration::ZERO;
        loop {
            if let Some(fault) = state.first_fault() {
                return Err(fault.to_owned());
            }
            match client.next_report(REPORT_LIMIT)? {
                Report::Failed(why) => return Err(why),
                Report::Ended { ledger, counts } => {
                    if terminal {
                        print!("\r\x1b[K");
                    }
                    return Ok((ledger, counts));
                }
                Report::Progress { open, counts } => {
                    let progress = format!(
                        "{}: {:>4} s, {} open, {} connections, {} MB checked",
                        self.name,
                        start.elapsed().as_secs(),
                        thousands(open),
                        thousands(counts[Count::Connections as usize]),
                        thousands(counts[Count::Bytes as usize] / 1_000_000),
                    );
                    if terminal {
                        print!("\r\x1b[K{progress}");
                        let _ = std::io::stdout().flush();
                    } else if start.elapsed() >= line {
                        println!("{progress}");
                        line = start.elapsed() + Duration::from_secs(15);
                    }
                }
            }
        }
    }
}

fn ended(server: thread::JoinHandle<Result<Ledger, String>>) -> Result<Ledger, String> {
    server
        .join()
        .unwrap_or_else(|_| Err("the server panicked".to_owned()))
}
