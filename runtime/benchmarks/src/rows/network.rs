//! Servers: the cost of a request, and the memory of an idle connection.

use crate::{
    contenders::{POOL_SERVERS, SERVERS, Server as Contender},
    harness::{Entry, Goal, Row, Sample, Scale},
    network::{Protocol, Server, load::Load, wrk},
};
use std::io;

/// The rows for one thread.
pub fn rows() -> Vec<Row> {
    let mut rows = echoes("echo", &SERVERS, 20_000);
    if wrk::is_there() {
        let title = "HTTP hello under `wrk -c64`";
        rows.push(row("http", title, "µs", &SERVERS, |name, _| {
            asked(name, Protocol::Http).map(|(cost, _)| cost)
        }));
    }
    rows
}

/// The rows for two threads. Their samples are longer, because the kernel places
/// the threads and the load differently each time, and one short sample could
/// cost twice as much as the next.
pub fn pool_rows() -> Vec<Row> {
    let mut rows = echoes("pool-echo", &POOL_SERVERS, 60_000);
    // One connection keeps only one thread busy.
    rows.remove(0);
    if wrk::is_there() {
        let title = "HTTP hello under `wrk -c64`, processor";
        rows.push(row("pool-http", title, "µs", &POOL_SERVERS, |name, _| {
            asked(name, Protocol::Http).map(|(cost, _)| cost)
        }));
        let title = "uneven HTTP, processor";
        rows.push(row(
            "pool-uneven",
            title,
            "µs",
            &POOL_SERVERS,
            |name, _| asked(name, Protocol::Uneven).map(|(cost, _)| cost),
        ));
        let title = "uneven HTTP, p99";
        rows.push(row("pool-p99", title, "µs", &POOL_SERVERS, |name, _| {
            let (cost, report) = asked(name, Protocol::Uneven)?;
            Ok(Sample {
                figure: report.p99,
                ..cost
            })
        }));
    }
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
    let mut load = Load::connect(server.address, connections)?;
    load.run(requests / 10)?;
    let before = Spent::by(&server);
    load.run(requests)?;
    Ok(before.each(&server, requests.into()))
}

/// The same under `wrk`, and the report of `wrk`.
fn asked(name: &str, protocol: Protocol) -> io::Result<(Sample, wrk::Report)> {
    let server = Server::start(name, protocol);
    let before = Spent::by(&server);
    let report = wrk::run(server.address)?;
    Ok((before.each(&server, report.requests as f64), report))
}

/// Resident bytes per connection.
fn resident(name: &str, _: Scale) -> io::Result<Sample> {
    const CONNECTIONS: u16 = 2000;
    let server = Server::start(name, Protocol::Echo);
    // The memory that the first connections cause is not part of each one's.
    let _first = Load::connect(server.address, 16)?;
    let before = server.resident();
    let _all = Load::connect(server.address, CONNECTIONS.into())?;
    let bytes = server.resident() - before;
    Ok(Sample::from(bytes as f64 / f64::from(CONNECTIONS)))
}
