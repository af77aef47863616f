//! Prints the table of chapter 01 with the whole server: `cargo bench -p server`.

#[path = "../../01-waiting/benches/compare/mod.rs"]
mod compare;

use std::future::pending;
use std::io;
use std::net::{Ipv4Addr, TcpListener};

use compare::{Contender, EVENT_LOOP, RULES, THREADS, run};
use server::{Limits, Listeners, Server};
use waiting::Rules;

const CONTENDERS: [Contender; 4] = [
    THREADS,
    EVENT_LOOP,
    Contender {
        name: "chapter 08",
        serve: chapter_08,
        code: &[
            include_str!("../../08-sockets/src/serve.rs"),
            include_str!("../../08-sockets/src/line.rs"),
            include_str!("../../08-sockets/src/server.rs"),
        ],
    },
    Contender {
        name: "whole",
        serve: whole,
        code: &[
            include_str!("../src/connection.rs"),
            include_str!("../src/conversation.rs"),
            include_str!("../src/error.rs"),
            include_str!("../src/metrics.rs"),
            include_str!("../src/server.rs"),
            include_str!("../src/signal.rs"),
            include_str!("../src/totals.rs"),
        ],
    },
];

fn chapter_08(listener: TcpListener) -> io::Result<()> {
    reactor::Runtime::new()?.block_on(async {
        sockets::run(&sockets::TcpListener::from_std(listener)?).await;
        Ok(())
    })
}

fn whole(listener: TcpListener) -> io::Result<()> {
    let metrics = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let listeners = Listeners { meters: listener, metrics };
    let Rules { deadline, heartbeat } = RULES;
    let limits = Limits { deadline, heartbeat, ..Limits::default() };
    let run = Server::new(limits).run(listeners, tempfile::tempfile()?, pending());
    let sum = timers::Runtime::new()?.block_on(run);
    sum.map(drop).map_err(io::Error::other)
}

fn main() -> io::Result<()> {
    run(&CONTENDERS)
}
