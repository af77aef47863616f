//! A low task has a lock, a high one waits for it, and a middle one keeps the low one from
//! running. Once with the lock of chapter 10, and once with a lock that lends its rank.
//!
//! `cargo run -p priorities --example inversion`

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use priorities::{Lock, Rank, Runtime, Scheduler, yield_now};

type Log = Rc<RefCell<Vec<&'static str>>>;

// ANCHOR: turns
/// Notes its name in `count` polls.
async fn turns(log: Log, name: &'static str, count: u32) {
    for _ in 0..count {
        log.borrow_mut().push(name);
        yield_now().await;
    }
}
// ANCHOR_END: turns

/// `lock` waits for the lock. Its output is the guard.
fn run<G: 'static, F>(name: &str, lock: impl Fn() -> F)
where
    F: Future<Output = G> + 'static,
{
    let log = Log::default();
    let (low_log, high_log) = (Rc::clone(&log), Rc::clone(&log));
    Runtime::new().expect("a descriptor is free").block_on(async {
        // ANCHOR: tasks
        let scheduler = Scheduler::start();
        let priority = |priority| Rank { priority, deadline: None };
        let (low_lock, high_lock) = (lock(), lock());
        let low = scheduler.spawn(priority(1), async {
            let _guard = low_lock.await;
            turns(low_log, "low", 3).await;
        });
        // The low task gets the lock before the others exist.
        yield_now().await;
        yield_now().await;
        let high = scheduler.spawn(priority(3), async {
            let _guard = high_lock.await;
            turns(high_log, "HIGH", 1).await;
        });
        let middle = scheduler.spawn(priority(2), turns(Rc::clone(&log), "middle", 5));
        // ANCHOR_END: tasks
        for task in [low, high, middle] {
            task.await.expect("it does not panic");
        }
    });
    println!("{name:<20} {}", log.borrow().join(" "));
}

fn main() {
    // The futures of the tasks must be `'static`, and the guards borrow the locks.
    let mutex: &'static locks::Mutex<()> = Box::leak(Box::new(locks::Mutex::new(())));
    run("lock of chapter 10", || mutex.lock());
    let lending: &'static Lock<()> = Box::leak(Box::new(Lock::new(())));
    run("lock that lends", || lending.lock());
}
