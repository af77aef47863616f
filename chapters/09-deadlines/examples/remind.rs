//! Prints reminders: each after its time, the earliest first.
//!
//! `cargo run -p deadlines --example remind -- 3 'the tea is ready' 2.5 'call back'`

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use deadlines::Wheel;
use executor::Executor;

/// A tick of the wheel is one millisecond.
fn ticks(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (executor, wheel, start) = (Executor::new(), Wheel::new(), Instant::now());
    for pair in arguments.chunks(2) {
        let [seconds, text] = pair else {
            eprintln!("each reminder needs a time in seconds and a text");
            return ExitCode::FAILURE;
        };
        let parsed =
            seconds.parse().ok().and_then(|s| Duration::try_from_secs_f64(s).ok());
        let Some(after) = parsed else {
            eprintln!("`{seconds}` is not a time in seconds");
            return ExitCode::FAILURE;
        };
        let deadline = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
        let (timer, text) = (wheel.timer(deadline), text.clone());
        drop(executor.spawner().spawn(async move {
            timer.await;
            println!("{text}");
        }));
    }
    run(&executor, &wheel, start);
    ExitCode::SUCCESS
}

// ANCHOR: run
/// Runs all tasks. The thread sleeps until the wheel has work.
fn run(executor: &Executor, wheel: &Wheel, start: Instant) {
    loop {
        executor.run_woken();
        let Some(next) = wheel.next() else { return };
        thread::sleep(Duration::from_millis(next.saturating_sub(ticks(start))));
        wheel.advance(ticks(start));
    }
}
// ANCHOR_END: run
