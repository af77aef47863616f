//! The public API under random schedules, against simple models.
//!
//! Loom explores a small model in every order. Whole channels are too large for
//! it, so here shuttle runs them in random orders: each access to an atomic or a
//! lock may switch to another thread. The actors of a scenario also draw at
//! random what they do, and which futures they drop before the end.
//!
//! ```sh
//! export RUSTFLAGS="--cfg shuttle"
//! # The short run of CI: the same schedules every time.
//! cargo test -p wakeful --lib --release --target-dir target/shuttle -- shuttle_tests::
//! # A long run: as many schedules of each scenario, from a seed of your own.
//! WAKEFUL_RANDOM_RUNS=1000000 WAKEFUL_RANDOM_FROM=7000000 cargo test … -- shuttle_tests::
//! # One schedule again, with what the actors did. A failure prints this line.
//! WAKEFUL_RANDOM_SEED=1234 cargo test … -- --exact shuttle_tests::mpsc::… --nocapture
//! ```
//!
//! A thread that sleeps while it should go on is a deadlock, which shuttle
//! reports, because every scenario waits for all of its threads.

mod actor;
mod scheduler;

mod broadcast;
mod cancellation;
mod group;
mod harness;
mod local;
mod locks;
mod meeting;
mod mpsc;
mod notify;
mod oneshot;
mod semaphore;
mod tasks;
mod time;
mod watch;

pub(crate) use actor::{
    Rng, Threads, attempt, attempt_async, pause, poll_once, run, runtime, yield_some,
};

use scheduler::RandomScheduler;
use shuttle::{Config, FailurePersistence, MaxSteps, Runner};
use std::{
    env,
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
};

/// How many schedules of each scenario the short run takes.
const RUNS: u64 = 2_000;

/// A schedule with more steps than this is a livelock.
const STEPS: usize = 200_000;

/// Runs a scenario under many random schedules.
fn explore(scenario: fn(&Rng)) {
    let number = |name| {
        let value = env::var(name).ok()?;
        let number = value.parse::<u64>();
        Some(number.unwrap_or_else(|_| panic!("{name} is not a number: {value}")))
    };
    let replayed = number("WAKEFUL_RANDOM_SEED");
    let runs = number("WAKEFUL_RANDOM_RUNS").unwrap_or(RUNS);
    let from = number("WAKEFUL_RANDOM_FROM").unwrap_or(0);
    let seeds = replayed.map_or(from..from + runs, |seed| seed..seed + 1);

    let first = seeds.start;
    let (explored, seed) = explore_seeds(scenario, seeds, replayed.is_some());
    if let Err(payload) = explored {
        let test = thread::current();
        let test = test.name().unwrap_or("shuttle_tests::");
        eprintln!(
            "\nbroken by schedule {} of this run. Replay it:\n  \
             WAKEFUL_RANDOM_SEED={seed} RUSTFLAGS=\"--cfg shuttle\" cargo test -p wakeful --lib --release \
             --target-dir target/shuttle -- --exact {test} --nocapture\n",
            seed - first + 1
        );
        resume_unwind(payload);
    }
}

/// Returns how it ended, and the last seed.
fn explore_seeds(scenario: fn(&Rng), seeds: Range<u64>, says: bool) -> (thread::Result<()>, u64) {
    let mut config = Config::new();
    config.failure_persistence = FailurePersistence::None;
    config.max_steps = MaxSteps::FailAfter(STEPS);
    config.stack_size = 256 << 10;
    config.silence_warnings = true;
    config
        .ungraceful_shutdown_config
        .immediately_return_on_panic = true;

    let now = Arc::new(AtomicU64::new(seeds.start));
    let runner = Runner::new(RandomScheduler::new(seeds, Arc::clone(&now)), config);
    let seed = Arc::clone(&now);
    let explored = catch_unwind(AssertUnwindSafe(|| {
        runner.run(move || scenario(&Rng::new(seed.load(Relaxed), says)));
    }));
    (explored, now.load(Relaxed))
}
