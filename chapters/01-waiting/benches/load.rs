//! Prints the chapter's "Measured" table: `cargo bench -p waiting`.

mod compare;

use std::io;

use compare::{Contender, EVENT_LOOP, RULES, THREADS, run};
use waiting::threads;

const CONTENDERS: [Contender; 3] = [
    Contender {
        name: "threads, 2 MiB",
        serve: |listener| threads::run(&listener, RULES, 2 << 20),
        ..THREADS
    },
    Contender { name: "threads, 64 KiB", ..THREADS },
    Contender { name: "one thread", ..EVENT_LOOP },
];

fn main() -> io::Result<()> {
    run(&CONTENDERS)
}
