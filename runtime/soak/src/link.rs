//! How the first process commands the second: lines of text through pipes.

use crate::{
    client, descriptors,
    flavour::Flavour,
    ledger::Ledger,
    state::{self, Count, Counts, State},
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

/// What the client is to do in a round.
pub struct Round {
    pub flavour: Flavour,
    pub seed: u64,
    pub connections: usize,
    pub time: Duration,
    pub warming_up: bool,
    pub addresses: Vec<SocketAddr>,
}

/// What the client says.
pub enum Said {
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

impl Said {
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

/// The second process, seen from the first.
pub struct Client {
    process: Child,
    commands: ChildStdin,
    said: mpsc::Receiver<String>,
}

impl Client {
    /// # Errors
    /// When the process cannot be started.
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
        let (say, said) = mpsc::channel();
        thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .try_for_each(|line| say.send(line))
        });
        Ok(Self {
            process,
            commands,
            said,
        })
    }

    /// # Errors
    /// When the client is gone.
    pub fn begin(&mut self, round: &Round) -> Result<(), String> {
        writeln!(self.commands, "{}", round.encode())
            .map_err(|error| format!("the client: {error}"))
    }

    /// What it says next.
    ///
    /// # Errors
    /// When it is gone, or has been silent for `patience`.
    pub fn listen(&self, patience: Duration) -> Result<Said, String> {
        let line = match self.said.recv_timeout(patience) {
            Ok(line) => line,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                return Err(format!("the client was silent for {patience:?}"));
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return Err("the client ended by itself".to_owned());
            }
        };
        Said::decode(&line).ok_or_else(|| format!("the client said `{line}`"))
    }

    pub fn kill(&mut self) {
        // It may have ended by itself.
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

/// The life of the second process.
pub fn obey() -> ExitCode {
    let (command, commands) = mpsc::channel();
    thread::spawn(move || {
        let lines = std::io::stdin().lines().map_while(Result::ok);
        for line in lines {
            if command.send(line).is_err() {
                return;
            }
        }
        // The first process is gone, whatever the round has come to.
        std::process::exit(1);
    });
    for line in commands {
        let Some(round) = Round::decode(&line) else {
            say(&Said::Failed(format!("the client was told `{line}`")));
            return ExitCode::FAILURE;
        };
        say(&match play(round) {
            Ok(ended) => ended,
            Err(why) => Said::Failed(why),
        });
    }
    ExitCode::SUCCESS
}

fn say(said: &Said) {
    let mut out = std::io::stdout().lock();
    // Nobody listens when the first process is gone, and then this one goes.
    let _ = writeln!(out, "{}", said.encode()).and_then(|()| out.flush());
}

fn play(round: Round) -> Result<Said, String> {
    descriptors::make_room_for(round.connections)?;
    let state = State::new(round.seed);
    let tell = |state: &State| {
        say(&Said::Progress {
            open: state.open(),
            counts: state.counts(),
        });
    };
    let lives = client::live(
        Arc::clone(&state),
        round.flavour,
        round.addresses,
        round.connections,
        round.time,
    );
    let ledger = state::run(round.flavour, &state, round.warming_up, tell, lives)?;
    Ok(Said::Ended {
        ledger,
        counts: state.counts(),
    })
}

/// Both ends' counts, side by side.
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
    fn a_round_and_what_is_said_arrive_as_they_were_sent() {
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
        let counts = std::array::from_fn(|place| place as u64);
        for said in [
            Said::Progress { open: 5, counts },
            Said::Ended {
                ledger: Ledger::default(),
                counts,
            },
            Said::Failed("a fault".to_owned()),
        ] {
            let line = said.encode();
            assert_eq!(Said::decode(&line).expect("something").encode(), line);
        }
        assert!(Said::decode("nonsense").is_none());
    }
}
