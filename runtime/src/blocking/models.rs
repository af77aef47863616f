//! Loom models of the blocking pool for pitfall 20, with its own threads and tasks.
//! Time passes only when a model says so.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p wakeful --lib --release`

use super::{BlockingPool, Settings};
use crate::{
    primitives::{let_one_wait_end, refuse_threads},
    task::{Schedule, StateWord, Task},
};
use loom::{
    cell::UnsafeCell,
    model,
    sync::{Arc, Notify, mpsc},
    thread,
};
use std::{
    future::poll_fn,
    panic::Location,
    task::{Poll, Wake, Waker},
    time::Duration,
};

/// A pool of at most `max_threads` threads, each of which gives up at some time.
fn pool(max_threads: usize) -> std::sync::Arc<BlockingPool> {
    let keep_alive = Duration::from_secs(10);
    let settings = Settings {
        max_threads,
        keep_alive,
    };
    BlockingPool::new(settings, None)
}

fn is_empty(pool: &BlockingPool) -> bool {
    let state = pool.lock();
    state.queue.is_empty() && (state.threads, state.idle, state.notified) == (0, 0, 0)
}

/// Lets the time of one thread run out: of one that waits for work now, or of the
/// next one.
fn let_a_thread_give_up(pool: &BlockingPool) {
    let_one_wait_end(&pool.state, &pool.work_arrived);
}

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    Cancelled,
}

/// Reports the outcome of a piece of work once. If it never does, loom reports a
/// deadlock.
struct Report(mpsc::Sender<Outcome>, Outcome);

impl Drop for Report {
    fn drop(&mut self) {
        let outcome = std::mem::replace(&mut self.1, Outcome::Cancelled);
        self.0.send(outcome).unwrap();
    }
}

struct Nowhere;

impl Schedule for Nowhere {
    unsafe fn schedule(_: *const Self, _: Task) {}
    fn release(&self, _: &Task) -> Option<Task> {
        None
    }
}

/// Work as the pool sees it. It has no join handle, and reports its own outcome.
fn work(outcomes: &mpsc::Sender<Outcome>, code: impl Fn() + Send + 'static) -> Task {
    let mut report = Some(Report(outcomes.clone(), Outcome::Cancelled));
    let future = poll_fn(move |_| {
        let mut report = report.take().expect("polled once");
        code();
        report.1 = Outcome::Done;
        Poll::Ready(())
    });
    Task::new(
        future,
        Nowhere,
        StateWord::scheduled(1),
        Location::caller(),
        0,
    )
}

/// Submits work from another thread.
fn submit_elsewhere(pool: &std::sync::Arc<BlockingPool>, work: Task) -> thread::JoinHandle<()> {
    let pool = std::sync::Arc::clone(pool);
    thread::spawn(move || pool.submit(work))
}

/// Counts visits. Loom reports an error if two threads visit at once, or if one
/// thread does not see the visits of another.
struct Visited(UnsafeCell<usize>);

// SAFETY: the models check that no two threads use the counter at once.
unsafe impl Sync for Visited {}

impl Visited {
    fn new() -> Arc<Self> {
        Arc::new(Self(UnsafeCell::new(0)))
    }

    fn visit(&self) {
        // SAFETY: see `Sync`.
        self.0.with_mut(|visits| unsafe { *visits += 1 });
    }

    fn visits(&self) -> usize {
        // SAFETY: see `Sync`.
        self.0.with(|visits| unsafe { *visits })
    }
}

#[test]
fn pitfall_20_work_that_arrives_as_the_last_thread_gives_up_is_done() {
    model(|| {
        let (pool, (outcomes, received)) = (pool(1), mpsc::channel());
        pool.submit(work(&outcomes, || ()));
        let time = {
            let pool = std::sync::Arc::clone(&pool);
            thread::spawn(move || let_a_thread_give_up(&pool))
        };
        assert_eq!(received.recv(), Ok(Outcome::Done));
        // By now the thread does not wait yet, waits, has given up or has ended.
        pool.submit(work(&outcomes, || ()));
        assert_eq!(received.recv(), Ok(Outcome::Done));
        time.join().unwrap();
        pool.shut_down(None);
        assert!(is_empty(&pool));
    });
}

#[test]
fn pitfall_20_two_tasks_that_arrive_as_a_thread_gives_up_are_both_done() {
    model(|| {
        let (pool, (outcomes, received)) = (pool(2), mpsc::channel());
        let_a_thread_give_up(&pool);
        let other = submit_elsewhere(&pool, work(&outcomes, || ()));
        pool.submit(work(&outcomes, || ()));
        assert_eq!(received.recv(), Ok(Outcome::Done));
        assert_eq!(received.recv(), Ok(Outcome::Done));
        other.join().unwrap();
        pool.shut_down(None);
        assert!(is_empty(&pool));
    });
}

#[test]
fn pitfall_20_no_more_tasks_run_at_once_than_the_thread_limit() {
    model(|| {
        let (pool, visited, (outcomes, received)) = (pool(1), Visited::new(), mpsc::channel());
        let visit = |visited: &Arc<Visited>| {
            let visited = Arc::clone(visited);
            work(&outcomes, move || visited.visit())
        };
        let other = submit_elsewhere(&pool, visit(&visited));
        pool.submit(visit(&visited));
        assert_eq!(received.recv(), Ok(Outcome::Done));
        assert_eq!(received.recv(), Ok(Outcome::Done));
        other.join().unwrap();
        pool.shut_down(None);
        assert_eq!(visited.visits(), 2);
    });
}

#[test]
fn pitfall_16_work_that_arrives_as_the_pool_shuts_down_is_done_before_or_cancelled() {
    model(|| {
        let (pool, visited, (outcomes, received)) = (pool(1), Visited::new(), mpsc::channel());
        let other = {
            let (pool, visited) = (std::sync::Arc::clone(&pool), Arc::clone(&visited));
            let work = work(&outcomes, move || visited.visit());
            thread::spawn(move || pool.submit(work))
        };
        pool.shut_down(None);
        // No work runs after the shutdown, and finished work is visible.
        let done = visited.visits() == 1;
        let outcome = if done {
            Outcome::Done
        } else {
            Outcome::Cancelled
        };
        assert_eq!(received.recv(), Ok(outcome));
        assert!(is_empty(&pool));
        other.join().unwrap();
    });
}

#[test]
fn pitfall_16_work_that_is_queued_as_the_pool_shuts_down_is_done_or_cancelled() {
    model(|| {
        let (pool, visited, (outcomes, received)) = (pool(1), Visited::new(), mpsc::channel());
        for _ in 0..2 {
            // The second task waits for the thread that runs the first.
            let visited = Arc::clone(&visited);
            pool.submit(work(&outcomes, move || visited.visit()));
        }
        pool.shut_down(None);
        let outcomes = [received.recv().unwrap(), received.recv().unwrap()];
        let done = outcomes
            .iter()
            .filter(|outcome| **outcome == Outcome::Done)
            .count();
        assert_eq!(visited.visits(), done);
        assert!(is_empty(&pool));
    });
}

#[test]
fn pitfall_20_a_shutdown_waits_for_a_thread_that_gives_up_at_the_same_time() {
    model(|| {
        let (pool, visited, (outcomes, received)) = (pool(1), Visited::new(), mpsc::channel());
        let_a_thread_give_up(&pool);
        let visit = Arc::clone(&visited);
        pool.submit(work(&outcomes, move || visit.visit()));
        pool.shut_down(None);
        let done = visited.visits() == 1;
        let outcome = if done {
            Outcome::Done
        } else {
            Outcome::Cancelled
        };
        assert_eq!(received.recv(), Ok(outcome));
        assert!(is_empty(&pool));
    });
}

#[test]
fn pitfall_16_a_shutdown_with_a_timeout_of_zero_loses_no_work_that_has_begun() {
    model(|| {
        let (pool, (outcomes, received)) = (pool(1), mpsc::channel());
        pool.submit(work(&outcomes, || ()));
        // The first wait times out: the wait of `shut_down`, or that of the thread.
        let_one_wait_end(&pool.state, &pool.thread_ended);
        pool.shut_down(Some(Duration::ZERO));
        assert!(received.recv().is_ok());
    });
}

#[test]
fn pitfall_16_work_that_gets_no_thread_does_not_hold_up_the_shutdown() {
    model(|| {
        let (pool, (outcomes, received)) = (pool(1), mpsc::channel());
        refuse_threads();
        let other = submit_elsewhere(&pool, work(&outcomes, || ()));
        pool.shut_down(None);
        other.join().unwrap();
        assert_eq!(received.recv(), Ok(Outcome::Cancelled));
        assert!(is_empty(&pool));
    });
}

#[test]
fn pitfall_20_work_that_gets_no_thread_runs_on_another_thread_or_is_cancelled() {
    model(|| {
        let (pool, (outcomes, received)) = (pool(2), mpsc::channel());
        pool.submit(work(&outcomes, || ()));
        refuse_threads();
        // The only thread finds the work, or it has given up.
        let_a_thread_give_up(&pool);
        pool.submit(work(&outcomes, || ()));
        let outcomes = [received.recv().unwrap(), received.recv().unwrap()];
        assert!(
            outcomes.contains(&Outcome::Done),
            "the first task has a thread"
        );
        pool.shut_down(None);
        assert!(is_empty(&pool));
    });
}

/// Waits like a runtime with a paused clock that has found nothing else to do.
fn wait_until_idle(pool: &BlockingPool) {
    struct NotifyWaker(Notify);
    impl Wake for NotifyWaker {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.notify();
        }
    }
    let notify = std::sync::Arc::new(NotifyWaker(Notify::new()));
    let waker = Waker::from(std::sync::Arc::clone(&notify));
    while pool.poll_idle(&waker).is_pending() {
        // If the pool does not wake us, loom reports a deadlock.
        notify.0.wait();
    }
}

#[test]
fn a_task_that_waits_for_an_idle_pool_is_woken_and_sees_the_work_done() {
    model(|| {
        let (pool, visited, (outcomes, _received)) = (pool(1), Visited::new(), mpsc::channel());
        let visit = Arc::clone(&visited);
        pool.submit(work(&outcomes, move || visit.visit()));
        wait_until_idle(&pool);
        assert_eq!(visited.visits(), 1);
        pool.shut_down(None);
    });
}

#[test]
fn a_task_that_waits_for_an_idle_pool_is_woken_when_the_work_is_cancelled() {
    model(|| {
        let (pool, (outcomes, received)) = (pool(1), mpsc::channel());
        refuse_threads();
        let other = submit_elsewhere(&pool, work(&outcomes, || ()));
        wait_until_idle(&pool);
        other.join().unwrap();
        assert_eq!(received.recv(), Ok(Outcome::Cancelled));
    });
}

#[test]
fn pitfall_20_two_tasks_that_get_no_thread_are_both_cancelled() {
    model(|| {
        let (pool, (outcomes, received)) = (pool(2), mpsc::channel());
        refuse_threads();
        let other = submit_elsewhere(&pool, work(&outcomes, || ()));
        pool.submit(work(&outcomes, || ()));
        other.join().unwrap();
        assert_eq!(received.recv(), Ok(Outcome::Cancelled));
        assert_eq!(received.recv(), Ok(Outcome::Cancelled));
        assert!(is_empty(&pool));
    });
}
