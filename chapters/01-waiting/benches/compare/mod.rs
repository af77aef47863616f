//! Measures servers of the meter protocol beside each other. The benches of several
//! chapters use it.
//!
//! Each server runs in a process of its own: this program starts itself again.
//! That way the server's memory is not mixed with the memory of the meters.
//! Everything is on loopback and bounded: two thousand idle connections, then
//! four thousand messages. Memory is read from `/proc`. Where there is no
//! `/proc`, the table shows a question mark.
//!
//! Each connection needs one open file in both processes. The bench raises its
//! limit of open files as far as it may, and measures with fewer connections
//! where that is not enough.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use waiting::{EventLoop, Message, Rules, threads};

/// These limits are never reached during the measurement.
pub const RULES: Rules =
    Rules { deadline: Duration::from_mins(1), heartbeat: Duration::from_mins(10) };
const IDLE: usize = 2000;
const ROUND_TRIPS: usize = 4000;
const BUSY: usize = 200;

/// One column of the table.
pub struct Contender {
    pub name: &'static str,
    /// Serves the meters that connect to the listener, until the process ends.
    pub serve: fn(TcpListener) -> io::Result<()>,
    /// The source of the server.
    pub code: &'static [&'static str],
}

/// The server of chapter 01 with threads.
pub const THREADS: Contender = Contender {
    name: "threads",
    serve: |listener| threads::run(&listener, RULES, 64 << 10),
    code: &[
        include_str!("../../src/serve.rs"),
        include_str!("../../src/line.rs"),
        include_str!("../../src/threads.rs"),
    ],
};

/// The server of chapter 01 with one thread.
pub const EVENT_LOOP: Contender = Contender {
    name: "event loop",
    serve: |listener| {
        let mut event_loop = EventLoop::new(listener, RULES)?;
        loop {
            event_loop.turn()?;
        }
    },
    code: &[
        include_str!("../../src/machine.rs"),
        include_str!("../../src/event_loop.rs"),
    ],
};

/// A server's process. Dropping it ends the process.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start(index: usize) -> io::Result<Server> {
        let mut command = Command::new(env::current_exe()?);
        let mut child =
            command.arg(format!("serve={index}")).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let address = line.trim().parse().map_err(io::Error::other)?;
        Ok(Server { child, address })
    }

    /// One figure of `/proc/PID/status`, in kB.
    fn status(&self, name: &str) -> Option<usize> {
        kilobytes(&format!("/proc/{}/status", self.child.id()), name)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only if the process has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn kilobytes(file: &str, name: &str) -> Option<usize> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Sends one reading and waits for the answer.
fn round_trip(stream: &mut TcpStream) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(6);
    Message::Reading(1).encode(&mut bytes);
    stream.write_all(&bytes)?;
    stream.read_exact(&mut [0; 6])
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    round_trip(&mut stream)?;
    Ok(stream)
}

/// The rows of the table.
const ROWS: [&str; 7] = [
    "idle connections",
    "process memory each, KiB",
    "kernel stack each, KiB",
    "connect and first answer, us",
    "one answer, median, us",
    "one answer, 99th percentile, us",
    "answers per second, 200 meters",
];

#[expect(clippy::cast_precision_loss)]
fn measure(index: usize, connections: usize) -> io::Result<[Option<f64>; ROWS.len()]> {
    let server = Server::start(index)?;
    let memory = || (server.status("VmRSS"), kilobytes("/proc/meminfo", "KernelStack"));
    let before = memory();
    let begun = Instant::now();
    let mut idle = Vec::new();
    while idle.len() < connections {
        match connect(server.address) {
            Ok(stream) => idle.push(stream),
            Err(_) => break,
        }
    }
    let reached = idle.len() as f64;
    let connecting = begun.elapsed();
    let after = memory();
    let each = |before: Option<usize>, after: Option<usize>| {
        Some(after?.saturating_sub(before?) as f64 / reached)
    };

    let mut stream = connect(server.address)?;
    let mut times = Vec::new();
    for _ in 0..ROUND_TRIPS {
        let begun = Instant::now();
        round_trip(&mut stream)?;
        times.push(begun.elapsed());
    }
    times.sort();

    let busy = BUSY.min(idle.len());
    let mut reading = Vec::new();
    Message::Reading(1).encode(&mut reading);
    let begun = Instant::now();
    for _ in 0..ROUND_TRIPS / BUSY {
        for stream in &mut idle[..busy] {
            stream.write_all(&reading)?;
        }
        for stream in &mut idle[..busy] {
            stream.read_exact(&mut [0; 6])?;
        }
    }
    let rate = (ROUND_TRIPS / BUSY * busy) as f64 / begun.elapsed().as_secs_f64();

    let micros = |time: Duration| Some(time.as_secs_f64() * 1e6);
    Ok([
        Some(reached),
        each(before.0, after.0),
        each(before.1, after.1),
        micros(connecting).map(|all| all / reached),
        micros(times[ROUND_TRIPS / 2]),
        micros(times[ROUND_TRIPS * 99 / 100]),
        Some(rate),
    ])
}

/// How many connections the limit of open files allows, at most [`IDLE`]. The
/// servers' processes inherit the limit.
#[cfg(unix)]
fn connections() -> usize {
    use rustix::process::{Resource, getrlimit, setrlimit};
    /// Open files besides the connections: the listener, the poll, the output.
    const OTHERS: u64 = 50;
    let needed = IDLE as u64 + OTHERS;
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|soft| soft < needed) {
        let hard = limit.maximum.unwrap_or(needed);
        limit.current = Some(needed.min(hard));
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            eprintln!("cannot raise the limit of open files: {error}");
        }
    }
    let allowed = getrlimit(Resource::Nofile).current.unwrap_or(needed);
    if allowed < needed {
        eprintln!(
            "This process may have {allowed} open files, and {IDLE} connections need {needed}.\n\
             It measures with {} connections. To measure with all, have an administrator\n\
             raise the hard limit, and run `ulimit -n {needed}` in this shell first.",
            allowed.saturating_sub(OTHERS)
        );
    }
    usize::try_from(allowed.min(needed).saturating_sub(OTHERS)).unwrap_or(IDLE).max(1)
}

#[cfg(not(unix))]
fn connections() -> usize {
    IDLE
}

fn lines(sources: &[&str]) -> usize {
    let code = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with("//");
    sources.iter().map(|source| source.lines().filter(code).count()).sum()
}

/// Runs the server of this process, or measures all servers and prints the table.
pub fn run(contenders: &[Contender]) -> io::Result<()> {
    if let Some(index) =
        env::args().find_map(|arg| Some(arg.strip_prefix("serve=")?.to_string()))
    {
        let index: usize = index.parse().map_err(io::Error::other)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        println!("{}", listener.local_addr()?);
        return (contenders[index].serve)(listener);
    }
    let connections = connections();
    let mut figures = Vec::new();
    for index in 0..contenders.len() {
        figures.push(measure(index, connections)?);
        // Give the kernel time to close the last server's sockets.
        thread::sleep(Duration::from_millis(500));
    }
    let line = |name: &str, cell: &dyn Fn(usize) -> String| {
        print!("{name:<32}");
        for (index, contender) in contenders.iter().enumerate() {
            print!("{:>width$}", cell(index), width = contender.name.len().max(10) + 2);
        }
        println!();
    };
    line("", &|server| contenders[server].name.to_string());
    for (row, name) in ROWS.iter().enumerate() {
        line(name, &|server| match figures[server][row] {
            Some(figure) if figure < 100.0 => format!("{figure:.1}"),
            Some(figure) => format!("{figure:.0}"),
            None => "?".to_string(),
        });
    }
    line("lines of code", &|server| lines(contenders[server].code).to_string());
    Ok(())
}
