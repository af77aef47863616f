//! The process of a server: how the parent starts it, and what it does.

use super::Protocol;
use crate::{contenders, harness::clock::Processor};
use std::{
    env, fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::{Child, Command, ExitCode, Stdio},
    thread,
};

/// The argument that makes this program a server.
pub const COMMAND: &str = "serve";

/// A running server. Dropping this ends it.
pub struct Server {
    process: Child,
    pub address: SocketAddr,
    pub processor: Processor,
}

impl Server {
    pub fn start(contender: &str, protocol: Protocol) -> Self {
        let mut process = Command::new(env::current_exe().expect("the path of this program"))
            .args([COMMAND, contender, protocol.name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program can be started again");
        let stdout = process.stdout.take().expect("piped above");
        let mut address = String::new();
        BufReader::new(stdout)
            .read_line(&mut address)
            .expect("the server's first line");
        Self {
            processor: Processor::of(process.id()).expect("the clock of a running process"),
            address: address.trim().parse().expect("the server's address"),
            process,
        }
    }

    /// How often its threads have gone to sleep, which is the number of their
    /// voluntary context switches.
    pub fn switches(&self) -> u64 {
        let path = format!("/proc/{}/task", self.process.id());
        let threads = fs::read_dir(path).expect("the threads of a running process");
        let statuses = threads.filter_map(|thread| {
            // A thread may have ended since then. Its sleeps belong to no request.
            fs::read_to_string(thread.ok()?.path().join("status")).ok()
        });
        statuses.filter_map(|text| switches(&text)).sum()
    }

    /// The resident memory of the process, in bytes.
    pub fn resident(&self) -> u64 {
        let path = format!("/proc/{}/smaps_rollup", self.process.id());
        let rollup = fs::read_to_string(path).expect("the memory of a running process");
        let line = rollup.lines().find_map(|line| line.strip_prefix("Rss:"));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        1024 * kibibytes
            .and_then(|number| number.parse::<u64>().ok())
            .expect("a number of kibibytes")
    }
}

fn switches(status: &str) -> Option<u64> {
    let mut lines = status.lines();
    let number = lines.find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
    number.trim().parse().ok()
}

impl Drop for Server {
    fn drop(&mut self) {
        // The end of its input tells the server to end, and the kill makes sure.
        // Both may fail because it has ended already.
        drop(self.process.stdin.take());
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs the server until the parent closes the standard input.
pub fn run(arguments: &[String]) -> ExitCode {
    let [contender, protocol] = arguments else {
        return ExitCode::FAILURE;
    };
    let (Some(serve), Some(protocol)) = (contenders::server(contender), Protocol::named(protocol))
    else {
        return ExitCode::FAILURE;
    };
    thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("bound above");
    println!("{address}");
    io::stdout().flush().expect("the parent listens");
    let error = serve(listener, protocol);
    eprintln!("{contender}: {error}");
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_voluntary_switches_are_counted() {
        let status = "Threads:\t3\nvoluntary_ctxt_switches:\t42\nnonvoluntary_ctxt_switches:\t7\n";
        assert_eq!(switches(status), Some(42));
        assert_eq!(switches("Threads:\t3\n"), None);
    }
}
