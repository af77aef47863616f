//! The link between the two processes: lines of text through pipes.

use crate::{
    client, descriptors,
    flavour::Flavour,
    ledger::Ledger,
    state::{self, Count, Counts, EndState},
};
use std::{
    env,
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    process::{Child, ChildStdin, Command, ExitCode, Stdio},
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

const COMMAND: &str = "the-client-of-a-soak";

/// The task of the client in one round.
pub struct Round {
    pub flavour: Flavour,
    pub seed: u64,
    pub connections: usize,
    pub time: Duration,
    pub warming_up: bool,
    pub addresses: Vec<SocketAddr>,
}

/// What the client reports.
pub enum Report {
    Progress { open: u64, counts: Counts },
    Ended { ledger: Ledger, counts: Counts },
    Failed(String),
}

fn encode_counts(counts: Counts) -> String {
    counts.map(|count| count.to_string()).join(" ")
}

fn decode_counts(text: &str) -> Option<Counts> {
    let counts: Vec<_> = text
        .split(' ')
        .map(str::parse)
        .collect::<Result<_, _>>()
        .ok()?;
    counts.try_into().ok()
}

impl Round {
    fn encode(&self) -> String {
        let addresses: Vec<_> = self.addresses.iter().map(ToString::to_string).collect();
        format!(
            "{} {} {} {} {} {}",
            self.flavour.name(),
            self.seed,
            self.connections,
            self.time.as_millis(),
            self.warming_up,
            addresses.join(",")
        )
    }

    fn decode(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        Some(Self {
            flavour: Flavour::named(words.next()?)?,
            seed: words.next()?.parse().ok()?,
            connections: words.next()?.parse().ok()?,
            time: Duration::from_millis(words.next()?.parse().ok()?),
            warming_up: words.next()?.parse().ok()?,
            addresses: {
                let addresses = words.next()?.split(',').map(str::parse);
                addresses.collect::<Result<_, _>>().ok()?
            },
        })
    }
}

impl Report {
    fn encode(&self) -> String {
        match self {
            Self::Progress { open, counts } => {
                format!("progress {open}|{}", encode_counts(*counts))
            }
            Self::Ended { ledger, counts } => {
                format!("ended {}|{}", ledger.encode(), encode_counts(*counts))
            }
            Self::Failed(why) => format!("failed {}", why.replace('\n', " ")),
        }
    }

    fn decode(line: &str) -> Option<Self> {
        let (word, rest) = line.split_once(' ')?;
        let counted = || {
            let (first, counts) = rest.split_once('|')?;
            Some((first, decode_counts(counts)?))
        };
        match word {
            "progress" => {
                let (open, counts) = counted()?;
                let open = open.parse().ok()?;
                Some(Self::Progress { open, counts })
            }
            "ended" => {
                let (ledger, counts) = counted()?;
                let ledger = Ledger::decode(ledger)?;
                Some(Self::Ended { ledger, counts })
            }
            "failed" => Some(Self::Failed(rest.to_owned())),
            _ => None,
        }
    }
}

/// The second process, as the first sees it.
pub struct Client {
    process: Child,
    commands: ChildStdin,
    reports: mpsc::Receiver<String>,
}

impl Client {
    /// # Errors
    /// If the process cannot be started.
    pub fn start() -> Result<Self, String> {
        let start = || {
            Command::new(env::current_exe()?)
                .arg(COMMAND)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
        };
        let mut process = start().map_err(|error| format!("cannot start the client: {error}"))?;
        let commands = process.stdin.take().expect("piped");
        let lines = BufReader::new(process.stdout.take().expect("piped")).lines();
        let (report, reports) = mpsc::channel();
        thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .try_for_each(|line| report.send(line))
        });
        Ok(Self {
            process,
            commands,
            reports,
        })
    }

    /// # Errors
    /// If the client has exited.
    pub fn begin(&mut self, round: &Round) -> Result<(), String> {
        writeln!(self.commands, "{}", round.encode())
            .map_err(|error| format!("cannot command the client: {error}"))
    }

    /// The client's next report.
    ///
    /// # Errors
    /// If the client has exited, or has reported nothing for `limit`.
    pub fn next_report(&self, limit: Duration) -> Result<Report, String> {
        let line = match self.reports.recv_timeout(limit) {
            Ok(line) => line,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                return Err(format!("the client reported nothing for {limit:?}"));
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return Err("the client exited unexpectedly".to_owned());
            }
        };
        Report::decode(&line)
            .ok_or_else(|| format!("cannot understand the client's report `{line}`"))
    }

    pub fn kill(&mut self) {
        // The process may have exited already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.kill();
    }
}

pub fn is_client() -> bool {
    env::args()
        .nth(1)
        .is_some_and(|argument| argument == COMMAND)
}

/// Runs the second process.
pub fn run_client() -> ExitCode {
    let (command, commands) = mpsc::channel();
    thread::spawn(move || {
        let lines = std::io::stdin().lines().map_while(Result::ok);
        for line in lines {
            if command.send(line).is_err() {
                return;
            }
        }
        // The first process has exited, so this process exits, too.
        std::process::exit(1);
    });
    for line in commands {
        let Some(round) = Round::decode(&line) else {
            report(&Report::Failed(format!(
                "cannot understand the command `{line}`"
            )));
            return ExitCode::FAILURE;
        };
        report(&match run_round(round) {
            Ok(ended) => ended,
            Err(why) => Report::Failed(why),
        });
    }
    ExitCode::SUCCESS
}

fn report(report: &Report) {
    let mut out = std::io::stdout().lock();
    // The write fails if the first process has exited. Then this process exits, too.
    let _ = writeln!(out, "{}", report.encode()).and_then(|()| out.flush());
}

fn run_round(round: Round) -> Result<Report, String> {
    descriptors::raise_limit_for(round.connections)?;
    let state = EndState::new(round.seed);
    let progress = |state: &EndState| {
        report(&Report::Progress {
            open: state.open(),
            counts: state.counts(),
        });
    };
    let connections = client::run_connections(
        Arc::clone(&state),
        round.flavour,
        round.addresses,
        round.connections,
        round.time,
    );
    let ledger = state::run(
        round.flavour,
        &state,
        round.warming_up,
        progress,
        connections,
    )?;
    Ok(Report::Ended {
        ledger,
        counts: state.counts(),
    })
}

/// The counts of both ends in one table.
pub fn table(server: Counts, client: Counts) -> String {
    use crate::ledger::thousands;
    use std::fmt::Write;
    let mut table = format!("{:<14}{:>14}{:>14}\n", "", "server", "client");
    for (row, name) in Count::NAMES.into_iter().enumerate() {
        let [server, client] = [server, client].map(|counts| thousands(counts[row]));
        let _ = writeln!(table, "{name:<14}{server:>14}{client:>14}");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoded_round_or_report_equals_the_encoded_one() {
        let round = Round {
            flavour: Flavour::MultiThread,
            seed: 7,
            connections: 100,
            time: Duration::from_millis(1500),
            warming_up: true,
            addresses: vec![
                "127.0.0.1:1".parse().unwrap(),
                "127.0.0.1:2".parse().unwrap(),
            ],
        };
        let line = round.encode();
        assert_eq!(Round::decode(&line).expect("a round").encode(), line);
        assert!(Round::decode("current_thread 7").is_none());
        let counts = std::array::from_fn(|index| index as u64);
        for report in [
            Report::Progress { open: 5, counts },
            Report::Ended {
                ledger: Ledger::default(),
                counts,
            },
            Report::Failed("a fault".to_owned()),
        ] {
            let line = report.encode();
            assert_eq!(Report::decode(&line).expect("a report").encode(), line);
        }
        assert!(Report::decode("nonsense").is_none());
    }
}
