//! The promises of `Pool`.

use std::collections::HashSet;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::task::{Context, Wake, Waker};
use std::thread;
use std::time::Duration;

use my_runtime::blocking::Pool;
use my_runtime::executor::{Executor, JoinError};
use my_runtime::join_all::join_all;

/// How long a test waits for a thread. `cargo course check` stops a test after 10 seconds,
/// and a shorter wait leaves time for its message.
const PATIENCE: Duration = Duration::from_secs(4);

#[test]
fn work_runs_on_another_thread_and_gives_its_result() {
    let (executor, pool) = (Executor::new(), Pool::new(2));
    let there = executor.block_on(pool.spawn(|| thread::current().id()));
    assert_ne!(
        there.expect("the work ends"),
        thread::current().id(),
        "the work ran on the thread of the executor"
    );
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
    assert_eq!(threads.len(), 2, "threads that have run the jobs");
}

#[test]
fn a_panic_reaches_its_handle_and_the_thread_continues() {
    let (executor, pool) = (Executor::new(), Pool::new(1));
    let bad = executor.block_on(pool.spawn(|| -> u32 { panic!("no table") }));
    let Err(JoinError::Panicked(panic)) = bad else { panic!("the work has panicked") };
    assert_eq!(panic.downcast_ref(), Some(&"no table"), "the payload of the panic");
    let (tells, told) = mpsc::channel();
    let good = pool.spawn(move || tells.send(42));
    assert_eq!(told.recv_timeout(PATIENCE), Ok(42), "the job after the panic");
    assert!(executor.block_on(good).is_ok(), "the job after the panic has failed");
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
    assert_eq!(
        told.recv_timeout(PATIENCE),
        Ok(42),
        "the job after the panic of the waker"
    );
    assert!(
        Executor::new().block_on(job).expect("the job ends"),
        "whether the first job was released"
    );
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
    assert!(
        matches!(cancelled, Err(JoinError::Cancelled)),
        "the pool ends, so its second job is cancelled"
    );
    drop(release);
    dropping.join().expect("the pool is dropped, and does not panic");
    assert!(
        Executor::new().block_on(first).expect("the first job ends"),
        "whether the first job was released"
    );
}

#[test]
fn an_idle_thread_takes_the_next_job() {
    let (executor, pool) = (Executor::new(), Pool::new(1));
    for number in 0..50 {
        let (tells, told) = mpsc::channel();
        let job = pool.spawn(move || tells.send(number));
        assert_eq!(
            told.recv_timeout(PATIENCE),
            Ok(number),
            "the number that job {number} has sent"
        );
        assert!(executor.block_on(job).is_ok());
    }
}

/// Waits until a thread of the pool has had time to become idle.
fn let_it_become_idle() {
    for _ in 0..100 {
        thread::yield_now();
    }
}

#[test]
fn a_pool_starts_no_thread_while_another_one_is_idle() {
    let (executor, pool) = (Executor::new(), Pool::new(50));
    let mut threads = HashSet::new();
    for _ in 0..40 {
        let job = pool.spawn(|| thread::current().id());
        threads.insert(executor.block_on(job).expect("the job ends"));
        let_it_become_idle();
    }
    // On a busy machine, a thread may become idle late, so a few more are allowed.
    assert!(
        threads.len() <= 10,
        "40 jobs, one after the other, have run on {} threads instead of at most 10",
        threads.len()
    );
}

#[test]
fn jobs_begin_first_in_first_out() {
    let pool = Pool::new(1);
    let (release, released) = mpsc::channel::<()>();
    let begun = Arc::new(Mutex::new(Vec::new()));
    let mut jobs = vec![pool.spawn(move || {
        let _ = released.recv();
    })];
    for number in 0..20 {
        let begun = Arc::clone(&begun);
        jobs.push(pool.spawn(move || begun.lock().expect("no panic").push(number)));
    }
    drop(release);
    for job in Executor::new().block_on(join_all(jobs)) {
        job.expect("the job ends");
    }
    let begun = begun.lock().expect("no panic");
    assert_eq!(*begun, (0..20).collect::<Vec<_>>(), "the order of the jobs");
}

#[test]
fn a_wake_up_that_finds_no_job_does_not_end_the_thread() {
    let (executor, pool) = (Executor::new(), Arc::new(Pool::new(2)));
    for _ in 0..20 {
        both_threads_work(&pool);
        let_it_become_idle();
        // The pool notifies the idle thread for the second job. The thread of the first job
        // is faster, and takes it.
        let inside = Arc::clone(&pool);
        let first = pool.spawn(move || inside.spawn(|| ()));
        let second = executor.block_on(first).expect("the first job ends");
        executor.block_on(second).expect("the second job ends");
    }
    both_threads_work(&pool);
}

/// Checks that two jobs run at the same time.
fn both_threads_work(pool: &Pool) {
    let (tells, told) = mpsc::channel();
    let held = [(); 2].map(|()| {
        let (release, released) = mpsc::channel::<()>();
        let tells = tells.clone();
        drop(pool.spawn(move || {
            let _ = tells.send(());
            let _ = released.recv();
        }));
        release
    });
    for _ in 0..2 {
        told.recv_timeout(PATIENCE).expect("one of the two threads has ended");
    }
    drop(held);
}

#[test]
fn an_unwanted_result_whose_destructor_panics_does_not_end_the_thread() {
    let pool = Pool::new(1);
    let (release, released) = mpsc::channel::<()>();
    drop(pool.spawn(move || {
        let _ = released.recv();
        Bad
    }));
    drop(release);
    let (tells, told) = mpsc::channel();
    drop(pool.spawn(move || tells.send(42)));
    assert_eq!(
        told.recv_timeout(PATIENCE),
        Ok(42),
        "the panic of a destructor has ended the thread"
    );
}

#[test]
fn a_job_may_drop_its_own_pool() {
    let pool = Pool::new(1);
    let (gives, given) = mpsc::channel::<Pool>();
    let job = pool.spawn(move || drop(given.recv()));
    assert!(gives.send(pool).is_ok(), "the job waits for the pool");
    let (tells, told) = mpsc::channel();
    thread::spawn(move || tells.send(Executor::new().block_on(job).is_ok()));
    assert_eq!(
        told.recv_timeout(PATIENCE),
        Ok(true),
        "a thread has waited for itself, or `drop` has panicked"
    );
}

#[test]
fn two_jobs_that_need_each_other_get_two_threads() {
    for pause in 0..200 {
        let pool = Pool::new(2);
        // The first thread becomes idle, and the two jobs come before it wakes up again.
        assert!(
            Executor::new().block_on(pool.spawn(|| ())).is_ok(),
            "the job has failed"
        );
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
