//! Every interleaving of two threads that share a mutex.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use locks::Mutex;
use loom::cell::UnsafeCell;
use loom::model;
use loom::thread;
use wakers::block_on;

/// Adds one. Loom reports two uses that are not ordered by the lock.
async fn add_one(mutex: &Mutex<UnsafeCell<u32>>) {
    let value = mutex.lock().await;
    value.with_mut(|value| {
        // SAFETY: this task has the lock.
        unsafe { *value += 1 }
    });
}

#[test]
fn what_one_thread_writes_under_the_lock_is_visible_to_the_next() {
    model(|| {
        let mutex = Arc::new(Mutex::new(UnsafeCell::new(0)));
        let other = Arc::clone(&mutex);
        let thread = thread::spawn(move || block_on(add_one(&other)));
        block_on(add_one(&mutex));
        thread.join().expect("the thread ends");
        let value = block_on(mutex.lock());
        // SAFETY: this task has the lock.
        assert_eq!(value.with(|value| unsafe { *value }), 2);
    });
}

#[test]
fn a_lock_that_is_dropped_before_it_is_used_goes_to_the_next_task() {
    model(|| {
        let mutex = Arc::new(Mutex::new(UnsafeCell::new(0)));
        let other = Arc::clone(&mutex);
        thread::spawn(move || {
            let mut waiting = Box::pin(other.lock());
            let mut cx = Context::from_waker(Waker::noop());
            let _ = Pin::new(&mut waiting).poll(&mut cx);
        });
        block_on(add_one(&mutex));
        block_on(add_one(&mutex));
    });
}
