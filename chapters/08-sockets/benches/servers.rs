//! Prints the table of chapter 01 with one more column: `cargo bench -p sockets`.

#[path = "../../01-waiting/benches/compare/mod.rs"]
mod compare;

use std::io;
use std::net::TcpListener;

use compare::{Contender, EVENT_LOOP, THREADS, run};
use reactor::Runtime;

const CONTENDERS: [Contender; 3] = [
    THREADS,
    EVENT_LOOP,
    Contender {
        name: "tasks",
        serve: tasks,
        code: &[
            include_str!("../src/serve.rs"),
            include_str!("../src/line.rs"),
            include_str!("../src/server.rs"),
        ],
    },
];

fn tasks(listener: TcpListener) -> io::Result<()> {
    Runtime::new()?.block_on(async {
        sockets::run(&sockets::TcpListener::from_std(listener)?).await;
        Ok(())
    })
}

fn main() -> io::Result<()> {
    run(&CONTENDERS)
}
