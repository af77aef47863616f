//! The whole meter server on your runtime, and its load:
//! `cargo course meters --meters 200 --seconds 3 --bad`.
//!
//! The server is a thread with your executor, and so is the load. Both use your sockets,
//! timers and channels. `--objects` makes each line a `dyn DynLine` of your `dyn_line`.
//! `--serve` runs only the server, until its input ends.

mod load;
mod serve;

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{env, fs, process};

use load::Load;
use serve::Report;

const USAGE: &str =
    "usage: cargo course meters [--meters N] [--seconds S] [--bad] [--objects]";

/// A server on a thread of its own. Dropping `control` stops it.
struct Server {
    address: SocketAddr,
    control: TcpStream,
    thread: JoinHandle<io::Result<Report>>,
}

fn start(
    journal: impl Write + Send + 'static,
    objects: bool,
) -> Result<Server, Box<dyn Error>> {
    let control = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let controlled = control.local_addr()?;
    let (sender, address) = mpsc::channel();
    let thread =
        thread::spawn(move || serve::serve(journal, &sender, controlled, objects));
    let address = address.recv().map_err(|_| "the server has not started")?;
    let (control, _) = control.accept()?;
    Ok(Server { address, control, thread })
}

impl Server {
    fn stop(self) -> Result<Report, Box<dyn Error>> {
        drop(self.control);
        let report = self.thread.join().map_err(|_| "the server has panicked")?;
        Ok(report?)
    }
}

/// Prints a text. A program such as `head` closes its pipe when it has read enough.
fn print(text: &str) -> io::Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}

/// Only the server. It prints its address, and at its end what it has stored.
fn serve_only(objects: bool) -> Result<(), Box<dyn Error>> {
    let server = start(io::sink(), objects)?;
    print(&format!("{}\n", server.address))?;
    drop(io::stdin().read_to_end(&mut Vec::new()));
    let report = server.stop()?;
    let mut stored = String::new();
    for (name, count) in report.counters {
        writeln!(stored, "{name}: {count}")?;
    }
    writeln!(stored, "{} litres", report.sum?)?;
    Ok(print(&stored)?)
}

/// The server and its load. Prints the table of chapter 11.
fn with_load(load: Load, objects: bool) -> Result<(), Box<dyn Error>> {
    let path = env::temp_dir().join(format!("readings-{}.txt", process::id()));
    let server = start(fs::File::create(&path)?, objects)?;
    let address = server.address;
    let begun = Instant::now();
    let until = begun + Duration::from_secs(load.seconds);
    let bad = load.bad.then(|| thread::spawn(move || load::bad_meters(address, until)));
    let counts = load::good_meters(address, load, until);
    let bad = bad.map(JoinHandle::join);
    let report = server.stop()?;
    let journal = fs::read_to_string(&path)?;
    fs::remove_file(&path)?;

    let metric = |name| report.counters.get(name).copied().unwrap_or(0);
    let (sent, answered) = (counts.sent.get(), counts.answered());
    let mut table = String::new();
    writeln!(
        table,
        "good meters               {:>9}, {} failed",
        load.meters,
        counts.failed.get()
    )?;
    writeln!(table, "readings sent             {sent:>9}, {answered} answered")?;
    writeln!(
        table,
        "bytes sent                {:>9}, {} in the server",
        sent * 6,
        metric("bytes in")
    )?;
    writeln!(
        table,
        "bytes received            {:>9}, {} out of the server",
        answered * 6,
        metric("bytes out")
    )?;
    writeln!(table, "lines in the journal      {:>9}", journal.lines().count())?;
    writeln!(table, "answer, median            {:>9.1} ms", counts.percentile(50))?;
    writeln!(table, "answer, 99th percentile   {:>9.1} ms", counts.percentile(99))?;
    if let Some(Ok(bad)) = bad {
        for end in ["late", "stalled", "nonsense", "broken", "closed"] {
            writeln!(table, "ended: {end:<18} {:>9}", metric(end))?;
        }
        writeln!(table, "bad meters                {bad:>9}")?;
    }
    writeln!(table, "the server ended after    {:>9} s", begun.elapsed().as_secs())?;
    print(&table)?;
    let sum = report.sum?;
    if counts.failed.get() > 0 || answered != sent || sum < answered as u64 {
        return Err("a good meter has lost a reading or an answer".into());
    }
    Ok(())
}

fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
    let mut load = Load { meters: 200, seconds: 3, bad: false };
    let (mut only_serve, mut objects) = (false, false);
    while let Some(argument) = arguments.next() {
        let mut number = |most: u64| {
            let number = arguments.next().and_then(|number| number.parse().ok());
            number.filter(|number| (1..=most).contains(number)).ok_or_else(|| {
                format!("{argument} needs a number from 1 to {most}\n{USAGE}")
            })
        };
        match &*argument {
            "--serve" => only_serve = true,
            "--meters" => load.meters = number(20_000)?,
            "--seconds" => load.seconds = number(600)?,
            "--bad" => load.bad = true,
            "--objects" => objects = true,
            "--help" | "-h" => {
                return Ok(print(&format!("{USAGE}\n"))?);
            }
            _ => return Err(format!("there is no argument {argument}\n{USAGE}").into()),
        }
    }
    if only_serve { serve_only(objects) } else { with_load(load, objects) }
}

fn main() -> ExitCode {
    let Err(error) = run(env::args().skip(1)) else {
        return ExitCode::SUCCESS;
    };
    eprintln!("{error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprintln!("because: {error}");
        cause = error.source();
    }
    ExitCode::FAILURE
}
