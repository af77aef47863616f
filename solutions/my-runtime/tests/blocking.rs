//! The promises of `Pool`.

use std::collections::HashSet;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::sync::{Arc, Barrier, mpsc};
use std::task::{Context, Wake, Waker};
use std::thread;
use std::time::Duration;

use my_runtime::blocking::Pool;
use my_runtime::executor::{Executor, JoinError};
use my_runtime::join_all::join_all;

const PATIENCE: Duration = Duration::from_secs(10);

#[test]
fn work_runs_on_another_thread_and_gives_its_result() {
    let (executor, pool) = (Executor::new(), Pool::new(2));
    let there = executor.block_on(pool.spawn(|| thread::current().id()));
    assert_ne!(there.expect("the work ends"), thread::current().id());
}

#[test]
fn two_jobs_run_at_the_same_time_and_never_more_than_the_cap() {
    let pool = Pool::new(2);
    let (begins, begun) = mpsc::channel();
    let held = [(); 2].map(|()| {
        let (release, released) = mpsc::channel::<()>();
        let begins = begins.clone();
        let job = pool.spawn(move || {
            begins.send(()).expect("the test waits");
            // Ends when the test drops `release`.
            let _ = released.recv();
            thread::current().id()
        });
        (release, job)
    });
    for _ in 0..2 {
        begun.recv_timeout(PATIENCE).expect("both jobs run at the same time");
    }
    // Both threads are busy, so these jobs have to wait for them.
    let mut jobs: Vec<_> =
        (0..20).map(|_| pool.spawn(|| thread::current().id())).collect();
    // Gives a thread that should not be there the time to take one of them.
    for _ in 0..10_000 {
        thread::yield_now();
    }
    for (release, job) in held {
        drop(release);
        jobs.push(job);
    }
    let threads = Executor::new().block_on(join_all(jobs));
    let threads: HashSet<_> =
        threads.into_iter().map(|thread| thread.expect("the job ends")).collect();
    assert_eq!(threads.len(), 2);
}

#[test]
fn a_panic_reaches_its_handle_and_the_thread_continues() {
    let (executor, pool) = (Executor::new(), Pool::new(1));
    let bad = executor.block_on(pool.spawn(|| -> u32 { panic!("no table") }));
    let Err(JoinError::Panicked(panic)) = bad else { panic!("the work has panicked") };
    assert_eq!(panic.downcast_ref(), Some(&"no table"));
    let (tells, told) = mpsc::channel();
    let good = pool.spawn(move || tells.send(42));
    assert_eq!(told.recv_timeout(PATIENCE), Ok(42));
    assert!(executor.block_on(good).is_ok());
}

/// Panics when it is woken, and when it is dropped.
struct Bad;

impl Wake for Bad {
    fn wake(self: Arc<Self>) {
        // The panic of a destructor during another panic would end the program.
        std::mem::forget(self);
        panic!("this panic is part of the test");
    }
}

impl Drop for Bad {
    fn drop(&mut self) {
        panic!("this panic is part of the test");
    }
}

#[test]
fn a_joiner_whose_waker_panics_does_no_harm_to_the_thread() {
    let pool = Pool::new(1);
    let (release, released) = mpsc::channel::<()>();
    let mut job = pool.spawn(move || released.recv().is_err());
    let waker = ManuallyDrop::new(Waker::from(Arc::new(Bad)));
    assert!(Pin::new(&mut job).poll(&mut Context::from_waker(&waker)).is_pending());
    drop(release);
    let (tells, told) = mpsc::channel();
    drop(pool.spawn(move || tells.send(42)));
    assert_eq!(told.recv_timeout(PATIENCE), Ok(42));
    assert!(Executor::new().block_on(job).expect("the job ends"));
}

#[test]
fn a_destructor_that_panics_does_not_stop_the_end_of_the_pool() {
    let pool = Pool::new(1);
    let (begins, begun) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let first = pool.spawn(move || {
        begins.send(()).expect("the test waits");
        released.recv().is_err()
    });
    let bad = Bad;
    let second = pool.spawn(move || drop(bad));
    begun.recv_timeout(PATIENCE).expect("the first job begins");
    let dropping = thread::spawn(move || drop(pool));
    let cancelled = Executor::new().block_on(second);
    assert!(matches!(cancelled, Err(JoinError::Cancelled)));
    drop(release);
    dropping.join().expect("the pool is dropped, and does not panic");
    assert!(Executor::new().block_on(first).expect("the first job ends"));
}

#[test]
fn an_idle_thread_takes_the_next_job() {
    let (executor, pool) = (Executor::new(), Pool::new(1));
    for number in 0..50 {
        let (tells, told) = mpsc::channel();
        let job = pool.spawn(move || tells.send(number));
        assert_eq!(told.recv_timeout(PATIENCE), Ok(number));
        assert!(executor.block_on(job).is_ok());
    }
}

#[test]
fn two_jobs_that_need_each_other_get_two_threads() {
    for pause in 0..200 {
        let pool = Pool::new(2);
        // The first thread becomes idle, and the two jobs come before it wakes up again.
        assert!(Executor::new().block_on(pool.spawn(|| ())).is_ok());
        for _ in 0..pause {
            thread::yield_now();
        }
        let both = Arc::new(Barrier::new(2));
        let (tells, told) = mpsc::channel();
        for _ in 0..2 {
            let (both, tells) = (Arc::clone(&both), tells.clone());
            drop(pool.spawn(move || {
                both.wait();
                let _ = tells.send(());
            }));
        }
        for _ in 0..2 {
            told.recv_timeout(PATIENCE).expect("both jobs run at the same time");
        }
    }
}

#[test]
fn dropping_the_pool_cancels_what_has_not_begun_and_waits_for_the_rest() {
    let pool = Pool::new(1);
    let (begins, begun) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let first = pool.spawn(move || {
        begins.send(()).expect("the test waits");
        released.recv().is_ok()
    });
    let second = pool.spawn(|| "never begun");
    begun.recv_timeout(PATIENCE).expect("the first job begins");
    let dropping = thread::spawn(move || drop(pool));
    let (tells, told) = mpsc::channel();
    let waits = thread::spawn(move || {
        let cancelled = Executor::new().block_on(second);
        tells
            .send(matches!(cancelled, Err(JoinError::Cancelled)))
            .expect("the test waits");
    });
    assert_eq!(told.recv_timeout(PATIENCE), Ok(true));
    assert!(!dropping.is_finished(), "the first job is still running");
    release.send(()).expect("the first job waits");
    dropping.join().expect("the pool is dropped");
    waits.join().expect("the second job is cancelled");
    assert!(Executor::new().block_on(first).expect("the first job ends"));
}
