//! Each test holds one claim that the page makes. Miri runs them too. The tests in
//! `models.rs` check the interleavings of several threads.
#![cfg(not(feature = "loom"))]

use std::cell::Cell;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;

use locks::{Executor, Mutex, race};
use wakers::block_on;

#[path = "../../yield_now.rs"]
mod yield_now;
use yield_now::yield_now;

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn only_one_task_has_the_lock() {
    let mutex = Mutex::new(1);
    let mut guard = block_on(mutex.lock());
    assert!(mutex.try_lock().is_none());
    assert!(poll(pin!(mutex.lock())).is_pending());
    *guard += 1;
    drop(guard);
    assert_eq!(mutex.try_lock().map(|guard| *guard), Some(2));
    assert_eq!(mutex.into_inner(), 2);
}

#[test]
fn tasks_get_the_lock_in_the_order_of_their_first_polls() {
    let mutex = Mutex::new(());
    let guard = block_on(mutex.lock());
    let (mut first, mut second) = (pin!(mutex.lock()), pin!(mutex.lock()));
    assert!(poll(second.as_mut()).is_pending());
    assert!(poll(first.as_mut()).is_pending());
    drop(guard);
    assert!(mutex.try_lock().is_none(), "the lock was handed over");
    assert!(poll(first.as_mut()).is_pending());
    assert!(poll(second.as_mut()).is_ready());
}

#[test]
fn a_lock_that_lost_a_race_is_not_held() {
    let mutex = Mutex::new(());
    let guard = block_on(mutex.lock());
    let mut raced = Box::pin(race(std::future::pending::<()>(), mutex.lock()));
    assert!(poll(raced.as_mut()).is_pending());
    drop(guard);
    assert!(mutex.try_lock().is_none(), "the waiting task was chosen");
    drop(raced);
    assert!(mutex.try_lock().is_some());
}

#[test]
fn a_task_may_hold_the_lock_across_an_await() {
    let (executor, total) = (Executor::new(), Rc::new(Mutex::new(0)));
    let tasks: Vec<_> = (0..3)
        .map(|_| {
            let total = Rc::clone(&total);
            executor.spawner().spawn(async move {
                let mut total = total.lock().await;
                let before = *total;
                yield_now().await;
                *total = before + 1;
            })
        })
        .collect();
    executor.block_on(async {
        for task in tasks {
            task.await.expect("the task ends");
        }
    });
    assert_eq!(*block_on(total.lock()), 3);
}

#[test]
fn a_panic_of_the_holder_leaves_the_lock_free() {
    let executor = Executor::new();
    let mutex = Rc::new(Mutex::new(Cell::new(0)));
    let held = Rc::clone(&mutex);
    let task = executor.spawner().spawn(async move {
        let guard = held.lock().await;
        guard.set(7);
        panic!("this panic is part of the test");
    });
    let result: Result<(), _> = executor.block_on(task);
    assert!(result.is_err());
    assert_eq!(mutex.try_lock().map(|guard| guard.get()), Some(7));
}

#[test]
fn threads_share_a_mutex() {
    let mutex = Arc::new(Mutex::new(0));
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let mutex = Arc::clone(&mutex);
            thread::spawn(move || {
                for _ in 0..10 {
                    *block_on(mutex.lock()) += 1;
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("the thread ends");
    }
    assert_eq!(*block_on(mutex.lock()), 30);
}
