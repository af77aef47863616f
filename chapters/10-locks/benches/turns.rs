//! Prints the page's "Measured" table: `cargo bench -p locks`.
//!
//! The locks take turns, and each time is a median.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::time::Instant;

use locks::{Executor, Mutex, Notify};

#[path = "../../yield_now.rs"]
mod yield_now;
use yield_now::yield_now;

const ROUNDS: usize = 11;
const TASKS: u32 = 10;
const USES: u32 = 2_000;

/// A lock whose use is one call.
trait Lock {
    /// Adds one. If `slow`, it lets the other tasks run while it has the lock.
    async fn add_one(&self, slow: bool);
}

impl Lock for Mutex<u32> {
    async fn add_one(&self, slow: bool) {
        let mut guard = self.lock().await;
        if slow {
            yield_now().await;
        }
        *guard += 1;
    }
}

/// The lock of the example `barging`.
#[derive(Default)]
struct Barging {
    locked: Cell<bool>,
    free: Notify,
    count: Cell<u32>,
}

impl Lock for Barging {
    async fn add_one(&self, slow: bool) {
        while self.locked.replace(true) {
            self.free.notified().await;
        }
        if slow {
            yield_now().await;
        }
        self.count.set(self.count.get() + 1);
        self.locked.set(false);
        self.free.notify_one();
    }
}

/// The lock of `std`. No task may wait inside it.
impl Lock for std::sync::Mutex<u32> {
    async fn add_one(&self, slow: bool) {
        assert!(!slow, "this would block the thread");
        *self.lock().expect("no task panics") += 1;
    }
}

/// Ten tasks use a lock. Returns nanoseconds and polls for one use. If `slow`, the first
/// task waits once inside the lock.
fn run<L: Lock + 'static>(lock: L, slow: bool) -> (f64, f64) {
    let (executor, lock) = (Executor::new(), Rc::new(lock));
    let polls = Rc::new(Cell::new(0_u32));
    let begun = Instant::now();
    for task in 0..TASKS {
        let (lock, polls) = (Rc::clone(&lock), Rc::clone(&polls));
        drop(executor.spawner().spawn(async move {
            let mut uses = pin!(async {
                for number in 0..USES {
                    lock.add_one(slow && task == 0 && number == 0).await;
                }
            });
            poll_fn(|cx| {
                polls.set(polls.get() + 1);
                uses.as_mut().poll(cx)
            })
            .await;
        }));
    }
    while !executor.is_empty() {
        executor.run_woken();
    }
    let uses = f64::from(TASKS * USES);
    (begun.elapsed().as_secs_f64() * 1e9 / uses, f64::from(polls.get()) / uses)
}

/// Measures in turns. Prints the median time and the polls of each.
fn row(name: &str, locks: &[fn() -> (f64, f64)]) {
    let mut measured = vec![Vec::new(); locks.len()];
    for _ in 0..ROUNDS {
        for (lock, measured) in locks.iter().zip(&mut measured) {
            measured.push(lock());
        }
    }
    print!("{name:<25}");
    for mut measured in measured {
        measured.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (time, polls) = measured[measured.len() / 2];
        print!("{time:>6.0} ns {polls:>7.4} polls");
    }
    println!();
}

fn main() {
    println!(
        "{:<25}{:>22}{:>23}{:>23}",
        "one use of a lock", "handed over", "barging", "std"
    );
    row(
        "no task waits in it",
        &[
            || run(Mutex::new(0), false),
            || run(Barging::default(), false),
            || run(std::sync::Mutex::new(0), false),
        ],
    );
    row(
        "one task waits in it once",
        &[|| run(Mutex::new(0), true), || run(Barging::default(), true)],
    );
}
