//! A deadline for each message, with a thread for each deadline.
//!
//! `cargo run -p deadlines --example thread_sleep`

use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use executor::{Executor, JoinHandle};
use wakers::Flag;

// ANCHOR: sleep
/// Ready after `duration`. A thread of its own waits.
async fn sleep(duration: Duration) {
    let due = Arc::new(Flag::new());
    let for_thread = Arc::clone(&due);
    thread::spawn(move || {
        thread::sleep(duration);
        for_thread.raise();
    });
    due.wait().await;
}
// ANCHOR_END: sleep

// ANCHOR: messages
/// Each meter sends one message, so each old deadline is dropped and a new one begins.
fn messages(executor: &Executor, deadlines: &mut Vec<JoinHandle<()>>) {
    for old in deadlines.drain(..) {
        old.abort();
    }
    for _ in 0..METERS {
        deadlines.push(executor.spawner().spawn(sleep(Duration::from_secs(30))));
    }
    executor.run_woken();
}
// ANCHOR_END: messages

const METERS: usize = 1000;

fn main() {
    let (executor, mut deadlines) = (Executor::new(), Vec::new());
    for message in 1..=3 {
        messages(&executor, &mut deadlines);
        println!(
            "after message {message} of {METERS} meters: {} deadlines, {} threads",
            executor.len(),
            threads()
        );
    }
    println!("resident memory: {} MiB", status("VmRSS:") / 1024);
    println!("address space:   {} MiB", status("VmSize:") / 1024);
}

fn threads() -> u64 {
    status("Threads:")
}

/// A number that Linux reports about this process, or 0 on other systems.
fn status(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
