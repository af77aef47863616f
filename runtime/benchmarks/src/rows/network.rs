//! Servers: what a request costs them, and what a connection that waits.

use crate::{
    contenders::{POOL_SERVERS, SERVERS, Server as Contender},
    harness::{Entry, Goal, Row, Scale},
    network::{Protocol, Server, load::Load, wrk},
};
use std::io;

/// On one thread.
pub fn rows() -> Vec<Row> {
    let mut rows = echoes("echo", &SERVERS);
    if wrk::is_there() {
        let title = "HTTP hello under `wrk -c64`";
        rows.push(row("http", title, "µs", &SERVERS, |name, _| {
            asked(name, Protocol::Http).map(|figures| figures.cost)
        }));
    }
    rows
}

/// On two.
pub fn pool_rows() -> Vec<Row> {
    let mut rows = echoes("pool-echo", &POOL_SERVERS);
    // One connection keeps one thread busy.
    rows.remove(0);
    if wrk::is_there() {
        let title = "HTTP hello under `wrk -c64`, processor";
        rows.push(row("pool-http", title, "µs", &POOL_SERVERS, |name, _| {
            asked(name, Protocol::Http).map(|figures| figures.cost)
        }));
        let title = "uneven HTTP, processor";
        rows.push(row(
            "pool-uneven",
            title,
            "µs",
            &POOL_SERVERS,
            |name, _| asked(name, Protocol::Uneven).map(|figures| figures.cost),
        ));
        let title = "uneven HTTP, p99";
        rows.push(row("pool-p99", title, "µs", &POOL_SERVERS, |name, _| {
            asked(name, Protocol::Uneven).map(|figures| figures.p99)
        }));
    }
    rows
}

/// What a connection takes that was used once and now waits.
pub fn idle() -> Row {
    let title = "RSS of an idle connection, 1 KiB buffer";
    row("rss", title, "B", &SERVERS, resident)
}

fn echoes(key: &str, servers: &[Contender]) -> Vec<Row> {
    let echo = |connections: usize| {
        let plural = if connections == 1 { "" } else { "s" };
        let title = format!("echo, {connections} connection{plural}, processor per request");
        row(
            &format!("{key}-{connections}"),
            &title,
            "µs",
            servers,
            move |name, scale| echoed(name, scale, connections),
        )
    };
    [1, 64, 512].map(echo).into()
}

fn row(
    key: &str,
    title: &str,
    unit: &'static str,
    servers: &[Contender],
    sample: impl Fn(&str, Scale) -> io::Result<f64> + Copy + 'static,
) -> Row {
    let entry = |server: &Contender| {
        let name = server.name;
        Entry::of(name, server.role, move |scale| match sample(name, scale) {
            Ok(figure) => figure,
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

/// The server's processor time per request, in microseconds.
fn echoed(name: &str, scale: Scale, connections: usize) -> io::Result<f64> {
    let requests = scale.of(20_000).max(512);
    let server = Server::start(name, Protocol::Echo);
    let mut load = Load::connect(server.address, connections)?;
    load.run(requests / 10)?;
    let before = server.processor.nanos();
    load.run(requests)?;
    let nanos = server.processor.nanos() - before;
    Ok(nanos as f64 / 1000.0 / f64::from(requests))
}

struct Asked {
    /// The server's processor time per request, in microseconds.
    cost: f64,
    p99: f64,
}

fn asked(name: &str, protocol: Protocol) -> io::Result<Asked> {
    let server = Server::start(name, protocol);
    let before = server.processor.nanos();
    let report = wrk::run(server.address)?;
    let nanos = server.processor.nanos() - before;
    Ok(Asked {
        cost: nanos as f64 / 1000.0 / report.requests as f64,
        p99: report.p99,
    })
}

/// Resident bytes per connection.
fn resident(name: &str, _: Scale) -> io::Result<f64> {
    const CONNECTIONS: u16 = 2000;
    let server = Server::start(name, Protocol::Echo);
    // What comes with the first connections is not each one's.
    let _first = Load::connect(server.address, 16)?;
    let before = server.resident();
    let _all = Load::connect(server.address, CONNECTIONS.into())?;
    let bytes = server.resident() - before;
    Ok(bytes as f64 / f64::from(CONNECTIONS))
}
