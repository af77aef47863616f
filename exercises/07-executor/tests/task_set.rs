//! The promises of `TaskSet`.

use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use executor::{Executor, JoinError};
use executor_exercises::task_set::TaskSet;

/// Wakes itself this many times, and is ready then.
async fn turns(count: u32) {
    for _ in 0..count {
        let mut yielded = false;
        poll_fn(|cx| {
            if std::mem::replace(&mut yielded, true) {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

/// Counts its destructors.
struct Counted(Rc<Cell<u32>>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

#[test]
fn an_empty_set_gives_none() {
    let executor = Executor::new();
    let mut set = TaskSet::<()>::new(executor.spawner());
    assert!(
        executor.block_on(set.next()).is_none(),
        "the set is empty, and `next` has given a task"
    );
}

#[test]
fn the_task_that_ends_first_is_given_first() {
    let executor = Executor::new();
    let mut set = TaskSet::new(executor.spawner());
    for count in [30, 10, 20] {
        set.spawn(async move {
            turns(count).await;
            count
        });
    }
    let mut given = Vec::new();
    executor.block_on(async {
        while let Some(result) = set.next().await {
            given.push(result.expect("the task ends"));
        }
    });
    assert_eq!(given, [10, 20, 30], "the outputs, in the order in which the tasks end");
}

#[test]
fn every_task_is_given_once() {
    let executor = Executor::new();
    let mut set = TaskSet::new(executor.spawner());
    for n in 0..20 {
        set.spawn(async move { n });
    }
    executor.run_woken();
    let mut sum = 0;
    executor.block_on(async {
        while let Some(result) = set.next().await {
            sum += result.expect("the task ends");
        }
    });
    assert_eq!(
        (sum, set.len()),
        (190, 0),
        "the sum of all outputs, and the tasks that are left in the set"
    );
}

#[test]
fn a_panic_is_given_as_an_error() {
    let executor = Executor::new();
    let mut set = TaskSet::<()>::new(executor.spawner());
    set.spawn(async { panic!("this panic is part of the test") });
    let result = executor.block_on(set.next());
    assert!(
        matches!(result, Some(Err(JoinError::Panicked(_)))),
        "the task has panicked, and `next` has not given `Panicked`"
    );
    assert!(set.is_empty());
}

#[test]
fn dropping_the_set_aborts_its_tasks() {
    let (executor, dropped) = (Executor::new(), Rc::<Cell<u32>>::default());
    let mut set = TaskSet::new(executor.spawner());
    for _ in 0..3 {
        let counted = Counted(Rc::clone(&dropped));
        set.spawn(async move {
            let _counted = counted;
            pending::<()>().await;
        });
    }
    executor.run_woken();
    drop(set);
    executor.run_woken();
    assert_eq!(
        (dropped.get(), executor.len()),
        (3, 0),
        "futures that were dropped, and tasks that are left in the executor"
    );
}

#[test]
fn a_task_that_was_given_is_not_aborted() {
    let executor = Executor::new();
    let mut set = TaskSet::new(executor.spawner());
    set.spawn(async { "output" });
    assert!(
        matches!(executor.block_on(set.next()), Some(Ok("output"))),
        "`next` has not given the output of the task"
    );
    assert!(executor.block_on(set.next()).is_none(), "the task was given twice");
}

#[test]
fn a_next_that_is_dropped_loses_no_result() {
    let executor = Executor::new();
    let mut set = TaskSet::new(executor.spawner());
    set.spawn(async {
        turns(2).await;
        7
    });
    {
        let next = pin!(set.next());
        let polled = next.poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
    }
    assert_eq!(set.len(), 1, "tasks in the set");
    let result = executor.block_on(set.next());
    assert!(matches!(result, Some(Ok(7))), "the output of the task is lost");
}

#[test]
fn next_is_not_polled_again_while_no_task_ends() {
    let executor = Executor::new();
    let mut set = TaskSet::<()>::new(executor.spawner());
    set.spawn(pending());
    let polls = Rc::<Cell<u32>>::default();
    let counted = Rc::clone(&polls);
    drop(executor.spawner().spawn(async move {
        let mut next = pin!(set.next());
        poll_fn(|cx| {
            counted.set(counted.get() + 1);
            next.as_mut().poll(cx)
        })
        .await;
    }));
    for _ in 0..10 {
        executor.run_woken();
    }
    assert_eq!(polls.get(), 1, "polls of `next`");
}

#[test]
fn a_set_is_woken_by_any_of_its_tasks() {
    let executor = Executor::new();
    let mut set = TaskSet::new(executor.spawner());
    set.spawn(pending());
    set.spawn(async {
        turns(5).await;
        "second"
    });
    assert!(
        matches!(executor.block_on(set.next()), Some(Ok("second"))),
        "`next` has not given the task that has ended"
    );
}
