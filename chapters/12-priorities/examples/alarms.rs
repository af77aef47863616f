//! How late are alarms beside 50 tasks that compute?
//!
//! `cargo run --release -p priorities --example alarms`

use std::hint::black_box;
use std::time::{Duration, Instant};

use priorities::{Rank, Runtime, Scheduler, interval};

const MS: Duration = Duration::from_millis(1);

// ANCHOR: report
/// Writes a report that is needed tomorrow. Computes for 1 ms of every 100 ms.
async fn report() {
    let mut parts = interval(100 * MS);
    loop {
        parts.tick().await;
        let end = Instant::now() + MS;
        while Instant::now() < end {
            black_box(());
        }
    }
}
// ANCHOR_END: report

/// Checks 100 times whether a meter has raised an alarm. Returns how late each check was.
async fn alarms() -> Vec<Duration> {
    let mut interval = interval(20 * MS);
    let mut late = Vec::new();
    for _ in 0..100 {
        late.push(interval.tick().await.elapsed());
    }
    late
}

fn main() {
    println!("alarms, late by         p50        p99");
    for ranked in [false, true] {
        let runtime = Runtime::new().expect("a descriptor is free");
        let mut late = runtime.block_on(async {
            // ANCHOR: ranks
            let scheduler = Scheduler::start();
            let urgent = Rank { priority: u8::from(ranked), deadline: None };
            for _ in 0..50 {
                drop(scheduler.spawn(Rank::default(), report()));
            }
            let alarms = scheduler.spawn(urgent, alarms());
            // ANCHOR_END: ranks
            alarms.await.expect("it does not panic")
        });
        late.sort_unstable();
        let millis =
            |percent: usize| late[late.len() * percent / 100].as_secs_f64() * 1e3;
        let name = if ranked { "with a priority" } else { "all equal" };
        println!("{name:<20} {:6.1} ms  {:6.1} ms", millis(50), millis(99));
    }
}
