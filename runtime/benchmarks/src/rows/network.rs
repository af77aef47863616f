//! Servers: the cost of a request, and the memory of an idle connection.

use crate::{
    contenders::{POOL_SERVERS, SERVERS, Server as Contender},
    harness::{Entry, Goal, Row, Sample, Scale},
    network::{Protocol, Report, Server, load::Load, wrk},
};
use std::io;

/// The number of connections of the HTTP rows.
const CONNECTIONS: usize = 64;

/// The rows for one thread.
pub fn rows() -> Vec<Row> {
    let mut rows = echoes("echo", &SERVERS, 20_000);
    let load = HttpLoad::chosen();
    let title = format!("HTTP hello under {}", load.name());
    rows.push(row("http", &title, "µs", &SERVERS, move |name, scale| {
        load.ask(name, Protocol::Http, scale).map(|(cost, _)| cost)
    }));
    rows
}

/// The rows for two threads. Their samples are longer, because the kernel places
/// the threads and the load differently each time, and one short sample could
/// cost twice as much as the next.
pub fn pool_rows() -> Vec<Row> {
    let mut rows = echoes("pool-echo", &POOL_SERVERS, 60_000);
    // One connection keeps only one thread busy.
    rows.remove(0);
    let load = HttpLoad::chosen();
    let title = format!("HTTP hello under {}, processor", load.name());
    let cost = move |protocol| {
        move |name: &str, scale| load.ask(name, protocol, scale).map(|(cost, _)| cost)
    };
    let http = cost(Protocol::Http);
    rows.push(row("pool-http", &title, "µs", &POOL_SERVERS, http));
    let title = "uneven HTTP, processor";
    let uneven = cost(Protocol::Uneven);
    rows.push(row("pool-uneven", title, "µs", &POOL_SERVERS, uneven));
    let title = "uneven HTTP, p99";
    let late = move |name: &str, scale| {
        let (cost, report) = load.ask(name, Protocol::Uneven, scale)?;
        Ok(Sample {
            figure: report.p99,
            ..cost
        })
    };
    rows.push(row("pool-p99", title, "µs", &POOL_SERVERS, late));
    rows
}

/// The memory of a connection that was used once and is idle now.
pub fn idle() -> Row {
    let title = "RSS of an idle connection, 1 KiB buffer";
    row("rss", title, "B", &SERVERS, resident)
}

fn echoes(key: &str, servers: &[Contender], requests: u32) -> Vec<Row> {
    let echo = |connections: usize| {
        let plural = if connections == 1 { "" } else { "s" };
        let title = format!("echo, {connections} connection{plural}, processor per request");
        row(
            &format!("{key}-{connections}"),
            &title,
            "µs",
            servers,
            move |name, scale| echoed(name, scale.of(requests), connections),
        )
    };
    [1, 64, 512].map(echo).into()
}

fn row(
    key: &str,
    title: &str,
    unit: &'static str,
    servers: &[Contender],
    sample: impl Fn(&str, Scale) -> io::Result<Sample> + Copy + 'static,
) -> Row {
    let entry = |server: &Contender| {
        let name = server.name;
        Entry::of(name, server.role, move |scale| match sample(name, scale) {
            Ok(sample) => sample,
            Err(error) => panic!("{name} under load: {error}"),
        })
    };
    Row {
        key: key.into(),
        title: title.into(),
        unit,
        goal: Goal::Ratio(1.0),
        entries: servers.iter().map(entry).collect(),
    }
}

/// The processor time and the sleeps of a server so far.
struct Spent {
    nanos: u64,
    switches: u64,
}

impl Spent {
    fn by(server: &Server) -> Self {
        Self {
            nanos: server.processor.nanos(),
            switches: server.switches(),
        }
    }

    /// The processor time of each of `requests` since then, in microseconds.
    fn each(&self, server: &Server, requests: f64) -> Sample {
        let nanos = server.processor.nanos() - self.nanos;
        // The count of a thread that has ended is lost, so the sum may shrink.
        let switches = server.switches().saturating_sub(self.switches);
        Sample {
            figure: nanos as f64 / 1000.0 / requests,
            switches: Some(switches as f64 / requests),
        }
    }
}

/// The server's processor time per request, in microseconds.
fn echoed(name: &str, requests: u32, connections: usize) -> io::Result<Sample> {
    let requests = requests.max(512);
    let server = Server::start(name, Protocol::Echo);
    let mut load = Load::connect(server.address, Protocol::Echo, connections)?;
    load.run(requests / 10)?;
    let before = Spent::by(&server);
    load.run(requests)?;
    Ok(before.each(&server, requests.into()))
}

/// The load of the HTTP rows.
#[derive(Clone, Copy)]
enum HttpLoad {
    /// `wrk`, if it is installed.
    Wrk,
    /// The load of this program.
    Own,
}

impl HttpLoad {
    fn chosen() -> Self {
        if wrk::is_there() {
            Self::Wrk
        } else {
            Self::Own
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Wrk => "`wrk -c64`",
            Self::Own => "64 connections",
        }
    }

    /// The server's processor time per request, and the report of the load.
    fn ask(self, name: &str, protocol: Protocol, scale: Scale) -> io::Result<(Sample, Report)> {
        let server = Server::start(name, protocol);
        let (before, report) = match self {
            Self::Wrk => (Spent::by(&server), wrk::run(server.address)?),
            Self::Own => {
                // About a second of work for two threads.
                let requests = scale.of(match protocol {
                    Protocol::Uneven => 30_000,
                    Protocol::Echo | Protocol::Http => 60_000,
                });
                let mut load = Load::connect(server.address, protocol, CONNECTIONS)?;
                load.run(requests / 10)?;
                (Spent::by(&server), load.run(requests)?)
            }
        };
        Ok((before.each(&server, report.requests as f64), report))
    }
}

/// Resident bytes per connection.
fn resident(name: &str, _: Scale) -> io::Result<Sample> {
    const IDLE: usize = 2000;
    let server = Server::start(name, Protocol::Echo);
    // The memory that the first connections cause is not part of each one's.
    let _first = Load::connect(server.address, Protocol::Echo, 16)?;
    let before = server.resident();
    let _all = Load::connect(server.address, Protocol::Echo, IDLE)?;
    let bytes = server.resident() - before;
    Ok(Sample::from(bytes as f64 / IDLE as f64))
}
