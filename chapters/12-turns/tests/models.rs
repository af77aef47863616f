//! Every order in which the threads of a pool and its users can meet, by loom.
//!
//! `cargo test -p turns --features loom --test models --release --target-dir target/loom`

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use executor::JoinError;
use loom::model;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;
use turns::{Blocking, Pool};

/// The result of work that is known to be over. It never waits.
fn over<T>(work: Blocking<T>) -> Result<T, JoinError> {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("the pool is gone, but its work has no result"),
    }
}

#[test]
fn work_is_done_or_cancelled_when_the_pool_is_dropped() {
    model(|| {
        let (pool, done) = (Pool::new(1), Arc::new(AtomicUsize::new(0)));
        let works = [(); 2].map(|()| {
            let done = Arc::clone(&done);
            // SeqCst, so that the model has no weak memory to explore.
            pool.spawn(move || done.fetch_add(1, Ordering::SeqCst))
        });
        drop(pool);
        // No work runs after the drop, so the count is final.
        let done = done.load(Ordering::SeqCst);
        let results = works.map(over);
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), done);
    });
}

#[test]
fn a_pool_of_one_thread_runs_one_job_at_a_time() {
    model(|| {
        let (pool, running) = (Pool::new(1), Arc::new(AtomicUsize::new(0)));
        for _ in 0..2 {
            let running = Arc::clone(&running);
            drop(pool.spawn(move || {
                assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0);
                thread::yield_now();
                running.fetch_sub(1, Ordering::SeqCst);
            }));
        }
        drop(pool);
        assert_eq!(running.load(Ordering::SeqCst), 0);
    });
}

#[test]
fn a_job_that_comes_while_the_thread_goes_idle_is_done() {
    model(|| {
        let (pool, done) = (Pool::new(1), Arc::new(AtomicUsize::new(0)));
        for expected in 1..=2 {
            let count = Arc::clone(&done);
            drop(pool.spawn(move || count.fetch_add(1, Ordering::SeqCst)));
            // If the job is never done, loom reports that the model cannot end.
            while done.load(Ordering::SeqCst) < expected {
                thread::yield_now();
            }
        }
    });
}
