//! Meters for the whole server: many good ones, and some that behave badly. The server
//! runs in a process of its own: this program starts itself again.
//!
//! `cargo run --release -p server --example load -- --meters 1000 --seconds 10 --bad`

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::io::{self, BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use channels::{Semaphore, oneshot};
use futures_util::io::{AsyncReadExt, AsyncWriteExt};
use server::{Limits, Listeners, Server};
use sockets::TcpStream;
use timers::{Missed, Runtime, interval, spawn};
use waiting::Message;

#[path = "common/bad.rs"]
mod bad;
#[path = "common/files.rs"]
mod files;

/// What all good meters count.
struct Counts {
    /// At most this many meters connect at the same time.
    connecting: Semaphore,
    failed: Cell<u64>,
    sent: Cell<u64>,
    answered: Cell<u64>,
    times: RefCell<Vec<Duration>>,
}

impl Counts {
    fn new() -> Counts {
        let zero = || Cell::new(0);
        let (failed, sent, answered) = (zero(), zero(), zero());
        let (connecting, times) = (Semaphore::new(100), RefCell::default());
        Counts { connecting, failed, sent, answered, times }
    }
}

fn count(counter: &Cell<u64>) {
    counter.set(counter.get() + 1);
}

/// What the user wants.
#[derive(Clone, Copy)]
struct Load {
    meters: usize,
    seconds: u64,
    bad: bool,
}

// ANCHOR: meter
/// A good meter: a reading each second. Each answer must be its own total.
async fn meter(address: SocketAddr, until: Instant, counts: &Counts) -> io::Result<()> {
    let permit = counts.connecting.acquire().await;
    let mut stream = TcpStream::connect(address).await?;
    drop(permit);
    stream.set_nodelay(true)?;
    let mut seconds = interval(Duration::from_secs(1)).on_missed(Missed::Delay);
    for total in 1.. {
        seconds.tick().await;
        let begun = Instant::now();
        if begun >= until {
            break;
        }
        stream.write_all(&bytes(Message::Reading(1))).await?;
        count(&counts.sent);
        let mut answer = [0; 6];
        stream.read_exact(&mut answer).await?;
        if answer[..] != bytes(Message::Total(total)) {
            return Err(io::Error::other("a wrong answer"));
        }
        count(&counts.answered);
        counts.times.borrow_mut().push(begun.elapsed());
    }
    Ok(())
}
// ANCHOR_END: meter

fn bytes(message: Message) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.encode(&mut bytes);
    bytes
}

/// Runs all good meters to their end. The first one that fails says why.
async fn meters(address: SocketAddr, load: Load) -> Rc<Counts> {
    let counts = Rc::new(Counts::new());
    let until = Instant::now() + Duration::from_secs(load.seconds);
    let start = |_| {
        let counts = Rc::clone(&counts);
        spawn(async move {
            if let Err(error) = meter(address, until, &counts).await {
                if counts.failed.get() == 0 {
                    eprintln!("a meter failed: {error}");
                }
                count(&counts.failed);
            }
        })
    };
    let tasks: Vec<_> = (0..load.meters).map(start).collect();
    for task in tasks {
        // A task that panicked has printed its message, and lacks an answer.
        drop(task.await);
    }
    counts
}

/// One meter of each bad kind after the other, until the time is over. Returns how many.
fn bad_meters(address: SocketAddr, until: Instant) -> u64 {
    let repeat = |(_, kind)| {
        thread::spawn(move || {
            let mut met = 0;
            while Instant::now() < until {
                bad::meet(address, kind);
                met += 1;
                thread::sleep(Duration::from_millis(10));
            }
            met
        })
    };
    let threads = bad::KINDS.map(repeat);
    threads.into_iter().filter_map(|thread| thread.join().ok()).sum()
}

/// The process of the server. Its standard input is open as long as it shall run.
fn serve(journal: &str) -> Result<(), Box<dyn Error>> {
    let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let listeners = Listeners { meters: listen()?, metrics: listen()? };
    println!("{}", listeners.meters.local_addr()?);
    let (stop, stopped) = oneshot::channel();
    thread::spawn(move || {
        drop(io::stdin().read(&mut [0]));
        stop.send(())
    });
    let limits = Limits { meters: files::LIMIT, ..LIMITS };
    let server = Server::new(limits);
    let stop = async { stopped.await.unwrap_or(()) };
    let run = server.clone().run(listeners, fs::File::create(journal)?, stop);
    Runtime::new()?.block_on(run)?;
    print!("{}", server.metrics());
    Ok(())
}

/// Short, so that the bad meters are not bad for long.
const LIMITS: Limits = Limits {
    heartbeat: Duration::from_secs(5),
    deadline: Duration::from_secs(1),
    patience: Duration::from_secs(1),
    grace: Duration::from_secs(5),
    meters: 0,
};

/// The memory of a process, in KiB.
fn memory(process: &Child) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{}/status", process.id())).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmRSS"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn load(load: Load) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let journal = folder.path().join("readings.txt");
    let mut command = Command::new(env::current_exe()?);
    let server = command.arg("serve").arg(&journal);
    let mut server = server.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut printed = BufReader::new(server.stdout.take().ok_or("no output")?);
    let mut line = String::new();
    printed.read_line(&mut line)?;
    let address: SocketAddr = line.trim().parse()?;
    let begun = Instant::now();
    let before = memory(&server);

    let until = begun + Duration::from_secs(load.seconds);
    let bad = load.bad.then(|| thread::spawn(move || bad_meters(address, until)));
    let counts = Runtime::new()?.block_on(meters(address, load));
    let bad = bad.map(thread::JoinHandle::join);
    let after = memory(&server);

    drop(server.stdin.take());
    let mut report = String::new();
    printed.read_to_string(&mut report)?;
    let status = server.wait()?;
    print(load, &counts, &report, &fs::read_to_string(&journal)?);
    if let Some(Ok(bad)) = bad {
        println!("bad meters                {bad:>9}");
    } else if let (Some(before), Some(after)) = (before, after) {
        let each = after.saturating_sub(before) * 1024 / load.meters.max(1) as u64;
        println!("memory for each meter     {each:>9} bytes");
    }
    println!("the server ended after    {:>9} s: {status}", begun.elapsed().as_secs());
    Ok(())
}

fn print(load: Load, counts: &Counts, report: &str, journal: &str) {
    let metric = |name: &str| {
        let line = report.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|value| value.trim().parse::<u64>().ok()).unwrap_or(0)
    };
    let mut times = counts.times.take();
    times.sort();
    let time = |percent: usize| {
        let time = times.get((times.len() * percent / 100).min(times.len().max(1) - 1));
        time.map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    let (sent, answered) = (counts.sent.get(), counts.answered.get());
    println!(
        "good meters               {:>9}, {} failed",
        load.meters,
        counts.failed.get()
    );
    println!("readings sent             {sent:>9}, {answered} answered");
    println!(
        "bytes sent                {:>9}, {} in the server",
        sent * 6,
        metric("meters_bytes_in ")
    );
    println!(
        "bytes received            {:>9}, {} out of the server",
        answered * 6,
        metric("meters_bytes_out ")
    );
    println!("lines in the journal      {:>9}", journal.lines().count());
    println!("answer, median            {:>9.1} ms", time(50));
    println!("answer, 99th percentile   {:>9.1} ms", time(99));
    if load.bad {
        for end in ["late", "stalled", "corrupt", "broken", "closed", "drained"] {
            println!("ended: {end:<18} {:>9}", metric(&format!("meters_{end} ")));
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    files::raise();
    if let [serve_, journal] = &arguments[..]
        && serve_ == "serve"
    {
        return serve(journal);
    }
    let after = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)
    };
    let meters = after("--meters").map_or(Ok(200), |number| number.parse())?;
    let seconds = after("--seconds").map_or(Ok(3), |number| number.parse())?;
    let bad = arguments.iter().any(|argument| argument == "--bad");
    load(Load { meters: files::at_most(meters), seconds, bad })
}
