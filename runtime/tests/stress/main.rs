//! Many tasks on several threads use everything that they share. `cargo test` runs
//! these tests once, and CI runs them again under `ThreadSanitizer`, which reports
//! races even if they have no visible effect.
#![cfg(all(not(loom), not(miri)))]

mod runtimes;
mod sync;

use futures_util::future::{join_all, select};
use std::{cell::UnsafeCell, future::poll_fn, pin::pin, task::Poll, time::Duration};
use wakeful::{runtime::Builder, time::timeout};

const TASKS: usize = 8;

const ROUNDS: usize = 1_000;

/// Each test takes a moment. After this time, it has hung.
const TIME_LIMIT: Duration = Duration::from_mins(2);

/// Runs `TASKS` numbered tasks on four workers, and returns their outputs.
fn all<F>(task: impl Fn(usize) -> F) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    let runtime = Builder::new_multi_thread()
        .worker_threads(4)
        .build()
        .unwrap();
    let tasks = (0..TASKS).map(|number| runtime.spawn(task(number)));
    let tasks: Vec<_> = tasks.collect();
    runtime.block_on(async {
        let ended = timeout(TIME_LIMIT, join_all(tasks)).await;
        let ended = ended.expect("all tasks to end").into_iter();
        ended.map(Result::unwrap).collect()
    })
}

/// Polls a future once and drops it, like the loser of a `select!`.
async fn poll_once<F: Future>(future: F) {
    let mut polled = false;
    let once = poll_fn(|context| {
        if polled {
            return Poll::Ready(());
        }
        polled = true;
        context.waker().wake_by_ref();
        Poll::Pending
    });
    select(pin!(future), once).await;
}

/// A counter that two threads must not use at once. The sanitizer reports it if they do.
#[derive(Default)]
struct Guarded(UnsafeCell<usize>);

// SAFETY: the locks under test admit only one thread.
unsafe impl Sync for Guarded {}

impl Guarded {
    fn add(&self) {
        // SAFETY: the caller holds the lock under test exclusively.
        unsafe { *self.0.get() += 1 }
    }

    fn get(&self) -> usize {
        // SAFETY: the caller holds the lock under test, or all tasks have ended.
        unsafe { *self.0.get() }
    }
}
