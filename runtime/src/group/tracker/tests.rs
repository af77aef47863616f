//! `TaskTracker`: closed and empty, in every order.

use crate::{
    Runtime,
    task::{TaskTracker, task_tracker::TaskTrackerWaitFuture, yield_now},
};
use std::{
    future::{Future, pending, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll, Wake, Waker},
};

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

fn poll(wait: Pin<&mut TaskTrackerWaitFuture<'_>>, waker: &Waker) -> Poll<()> {
    wait.poll(&mut Context::from_waker(waker))
}

#[test]
fn open_and_close_say_whether_they_changed_something() {
    let tracker = TaskTracker::new();
    assert!(!tracker.is_closed());
    assert!(tracker.close());
    assert!(tracker.is_closed());
    assert!(!tracker.close());
    assert!(tracker.reopen());
    assert!(!tracker.reopen());
    assert!(!tracker.is_closed());
}

#[test]
fn the_length_counts_tokens_and_their_clones() {
    let tracker = TaskTracker::new();
    let mut tokens = vec![tracker.token()];
    tokens.push(tokens[0].clone());
    tokens.push(tokens[1].task_tracker().token());
    for length in (1..=3).rev() {
        assert_eq!(tracker.len(), length);
        tokens.pop();
    }
    assert!(tracker.is_empty());
    assert!(TaskTracker::ptr_eq(&tracker, &tracker.clone()));
    assert!(!TaskTracker::ptr_eq(&tracker, &TaskTracker::new()));
}

#[test]
fn a_wait_is_ready_at_once_if_the_tracker_is_closed_and_empty() {
    let tracker = TaskTracker::new();
    tracker.close();
    let mut wait = pin!(tracker.wait());
    // Even if that has changed since.
    tracker.reopen();
    let _token = tracker.token();
    assert!(poll(wait.as_mut(), Waker::noop()).is_ready());
    assert!(poll(pin!(tracker.wait()), Waker::noop()).is_pending());
}

#[test]
fn an_empty_tracker_that_is_open_makes_waiters_wait() {
    let tracker = TaskTracker::new();
    let count = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&count));
    let mut wait = pin!(tracker.wait());
    assert!(poll(wait.as_mut(), &waker).is_pending());
    drop(tracker.token());
    assert_eq!(count.0.load(SeqCst), 0);
    assert!(poll(wait.as_mut(), &waker).is_pending());
    tracker.close();
    assert_eq!(count.0.load(SeqCst), 1);
    assert!(poll(wait.as_mut(), &waker).is_ready());
}

#[test]
fn the_last_token_of_a_closed_tracker_wakes_every_waiter() {
    let tracker = TaskTracker::new();
    let token = tracker.token();
    tracker.close();
    let count = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&count));
    let (mut first, mut second) = (pin!(tracker.wait()), pin!(tracker.wait()));
    assert!(poll(first.as_mut(), &waker).is_pending());
    assert!(poll(second.as_mut(), &waker).is_pending());
    let clone = token.clone();
    drop(token);
    assert_eq!(count.0.load(SeqCst), 0);
    drop(clone);
    assert_eq!(count.0.load(SeqCst), 2);
    assert!(poll(first, &waker).is_ready());
    assert!(poll(second, &waker).is_ready());
}

#[test]
fn a_moment_of_closed_and_empty_is_enough_for_a_wait_that_was_not_polled() {
    let tracker = TaskTracker::new();
    let mut wait = pin!(tracker.wait());
    tracker.close();
    tracker.reopen();
    let _token = tracker.token();
    assert!(poll(wait.as_mut(), Waker::noop()).is_ready());
}

#[test]
fn a_tracked_future_counts_until_it_is_dropped() {
    let tracker = TaskTracker::new();
    let mut future = Box::pin(tracker.track_future(ready(1)));
    assert_eq!(tracker.len(), 1);
    let polled = future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(polled, Poll::Ready(1));
    assert_eq!(tracker.len(), 1);
    drop(future);
    assert_eq!(tracker.len(), 0);
}

#[test]
fn every_way_of_spawning_is_tracked() {
    let other = Runtime::new().unwrap();
    let handle = other.handle().clone();
    Runtime::new().unwrap().block_on(async {
        let tracker = TaskTracker::new();
        let tasks = [
            tracker.spawn(async { 1 }),
            tracker.spawn_local(async { 2 }),
            tracker.spawn_blocking(|| 3),
            tracker.spawn_blocking_on(|| 4, &handle),
        ];
        tracker.spawn_on(async {}, &handle);
        tracker.close();
        let mut wait = pin!(tracker.wait());
        assert!(poll(wait.as_mut(), Waker::noop()).is_pending());
        for (index, task) in tasks.into_iter().enumerate() {
            assert_eq!(task.await.unwrap(), index + 1);
        }
        assert_eq!(tracker.len(), 1, "the other runtime does not run");
        drop(other);
        wait.await;
    });
}

#[test]
fn aborted_and_panicked_tasks_count_as_ended() {
    Runtime::new().unwrap().block_on(async {
        let tracker = TaskTracker::new();
        let aborted = tracker.spawn(pending::<()>());
        let panicked = tracker.spawn(async { panic!("on purpose") });
        let worked = tracker.spawn_blocking(|| panic!("on purpose"));
        tracker.close();
        aborted.abort();
        tracker.wait().await;
        assert!(aborted.await.unwrap_err().is_cancelled());
        assert!(panicked.await.unwrap_err().is_panic());
        assert!(worked.await.unwrap_err().is_panic());
    });
}

#[test]
fn a_task_may_spawn_another_into_its_closed_tracker() {
    Runtime::new().unwrap().block_on(async {
        let tracker = TaskTracker::new();
        let inner = tracker.clone();
        tracker.spawn(async move {
            inner.spawn(yield_now());
        });
        tracker.close();
        tracker.wait().await;
        assert!(tracker.is_empty());
    });
}

#[test]
fn spawning_outside_a_runtime_leaves_no_token_behind() {
    let tracker = TaskTracker::new();
    let spawned = catch_unwind(AssertUnwindSafe(|| tracker.spawn(async {})));
    assert!(spawned.is_err());
    assert!(tracker.is_empty());
}
