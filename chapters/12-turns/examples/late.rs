//! How late are heartbeats beside a task that computes?
//!
//! `cargo run --release -p turns --example late`

use std::future::poll_fn;
use std::hint::black_box;
use std::task::Poll;
use std::time::{Duration, Instant};

use channels::mpsc;
use timers::{interval, sleep};
use turns::{Runtime, cooperative, spawn, spawn_blocking, yield_now};

const MS: Duration = Duration::from_millis(1);

// ANCHOR: verify
/// Verifies one of the 40 parts of a reading. Computes for 5 ms.
fn verify_part(part: u32) {
    let end = Instant::now() + 5 * MS;
    let mut sum = part;
    while Instant::now() < end {
        for _ in 0..1000 {
            sum = black_box(sum.rotate_left(5) ^ part);
        }
    }
}

/// Verifies a reading. Computes for 200 ms, and never waits.
fn verify() {
    (0..40).for_each(verify_part);
}
// ANCHOR_END: verify

// ANCHOR: heartbeats
/// Sends 200 heartbeats, one every 10 ms. Returns how late each of them was.
async fn heartbeats() -> Vec<Duration> {
    let mut interval = interval(10 * MS);
    let mut late = Vec::new();
    for _ in 0..200 {
        let planned = interval.tick().await;
        late.push(planned.elapsed());
    }
    late
}
// ANCHOR_END: heartbeats

// ANCHOR: wake_itself
/// Wakes its own task and returns `Pending` once.
async fn wake_itself() {
    let mut woken = false;
    poll_fn(|cx| {
        if woken {
            return Poll::Ready(());
        }
        woken = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
// ANCHOR_END: wake_itself

/// What the task of the meter does with each reading.
#[derive(Clone, Copy, PartialEq)]
enum Verify {
    Not,
    AtOnce,
    WakingItself,
    Yielding,
    WithBudget,
    InPool,
}

/// The task of a meter that sends a reading 100 ms after the last one was verified.
async fn meter(how: Verify) {
    loop {
        sleep(100 * MS).await;
        match how {
            Verify::Not => {}
            Verify::AtOnce => verify(),
            Verify::WithBudget => {
                let (sender, mut readings) = mpsc::channel(1);
                let _ = sender.try_send(());
                cooperative(readings.recv()).await;
                verify();
            }
            // ANCHOR: parts
            Verify::WakingItself => {
                for part in 0..40 {
                    verify_part(part);
                    wake_itself().await;
                }
            }
            Verify::Yielding => {
                for part in 0..40 {
                    verify_part(part);
                    yield_now().await;
                }
            }
            // ANCHOR_END: parts
            // ANCHOR: pool
            Verify::InPool => spawn_blocking(verify).await.expect("it does not panic"),
            // ANCHOR_END: pool
        }
    }
}

fn main() {
    println!("heartbeats, late by     p50        p99");
    for (name, how) in [
        ("no reading", Verify::Not),
        ("verify()", Verify::AtOnce),
        ("a task wakes itself", Verify::WakingItself),
        ("yield_now", Verify::Yielding),
        ("a budget", Verify::WithBudget),
        ("the pool", Verify::InPool),
    ] {
        let runtime = Runtime::new().expect("a descriptor is free");
        let mut late = runtime.block_on(async {
            let meter = spawn(meter(how));
            let late = heartbeats().await;
            meter.abort();
            late
        });
        late.sort_unstable();
        let millis =
            |percent: usize| late[late.len() * percent / 100].as_secs_f64() * 1e3;
        println!("{name:<20} {:6.1} ms  {:6.1} ms", millis(50), millis(99));
    }
}
