//! Servers: what a request costs them, and what a connection that waits.

use crate::{
    contenders::SERVERS,
    harness::{Entry, Goal, Row, Scale},
    network::{Protocol, Server, load::Load, wrk},
};
use std::io;

pub fn rows() -> Vec<Row> {
    let mut rows = vec![
        echo("echo-1", "echo, 1 connection, server's time per request", 1),
        echo("echo-64", "echo, 64 connections", 64),
        echo("echo-512", "echo, 512 connections", 512),
    ];
    if wrk::is_there() {
        rows.push(Row {
            key: "http",
            title: "HTTP hello under `wrk -c64`",
            unit: "µs",
            goal: Goal::Ratio(1.0),
            entries: entries(|name, _| hello(name)),
        });
    } else {
        eprintln!("there is no wrk here: the row `http` is left out");
    }
    rows
}

/// What a connection takes that was used once and now waits.
pub fn idle() -> Row {
    Row {
        key: "rss",
        title: "RSS of an idle connection, 1 KiB buffer",
        unit: "B",
        goal: Goal::Ratio(1.0),
        entries: entries(resident),
    }
}

fn echo(key: &'static str, title: &'static str, connections: usize) -> Row {
    Row {
        key,
        title,
        unit: "µs",
        goal: Goal::Ratio(1.0),
        entries: entries(move |name, scale| echoed(name, scale, connections)),
    }
}

fn entries(sample: impl Fn(&str, Scale) -> io::Result<f64> + Copy + 'static) -> Vec<Entry> {
    let entry = |&(name, role, _): &(&'static str, _, _)| Entry {
        name,
        role,
        sample: Box::new(move |scale| match sample(name, scale) {
            Ok(figure) => figure,
            Err(error) => panic!("{name} under load: {error}"),
        }),
    };
    SERVERS.iter().map(entry).collect()
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

/// The server's processor time per request, in microseconds.
fn hello(name: &str) -> io::Result<f64> {
    let server = Server::start(name, Protocol::Http);
    let before = server.processor.nanos();
    let requests = wrk::run(server.address)?;
    let nanos = server.processor.nanos() - before;
    Ok(nanos as f64 / 1000.0 / requests as f64)
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
