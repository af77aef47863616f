//! Loom models of what the state word alone orders: no lock and no join of a thread
//! comes between the two accesses that each of them checks.

use super::{super::AbortHandle, Executor, StateWord, Task, poll};
use loom::{
    cell::UnsafeCell,
    model,
    sync::{Arc, Mutex},
    thread,
};
use std::{
    future::poll_fn,
    task::{Poll, Waker},
};

/// Plain memory that two threads use. loom reports accesses without an order.
#[derive(Default)]
struct Plain(UnsafeCell<usize>);

// SAFETY: the model checks that the accesses are ordered.
unsafe impl Sync for Plain {}

/// Only the state word orders the two accesses: a wake during the poll does not touch
/// the queue.
#[test]
fn pitfall_02_the_poll_after_a_wake_during_a_poll_sees_what_the_waking_thread_wrote() {
    model(|| {
        let executor = Executor::default();
        let other = Arc::new(Mutex::new(None));
        let (written, thread) = (Arc::new(Plain::default()), Arc::clone(&other));
        let mut polls = 0;
        let mut handle = executor.spawn(poll_fn(move |context| {
            polls += 1;
            if polls == 2 {
                // SAFETY: this poll comes after the wake, which comes after the write.
                written.0.with(|written| assert_eq!(unsafe { *written }, 1));
                return Poll::Ready(());
            }
            let (written, waker) = (Arc::clone(&written), context.waker().clone());
            *thread.lock().unwrap() = Some(thread::spawn(move || {
                // SAFETY: the task reads after the wake below.
                written.0.with_mut(|written| unsafe { *written = 1 });
                waker.wake();
            }));
            Poll::Pending
        }));
        executor.run();
        let other = other.lock().unwrap().take().unwrap();
        other.join().unwrap();
        executor.run();
        // A panic of loom in the poll is the task's output.
        let ended = poll(&mut handle, Waker::noop());
        assert!(matches!(ended, Poll::Ready(Ok(()))));
    });
}

/// Reads the memory in its destructor.
struct ReadsOnDrop(Arc<Plain>);

impl Drop for ReadsOnDrop {
    fn drop(&mut self) {
        // SAFETY: the future is dropped after the abort, which comes after the write.
        self.0.0.with(|written| assert_eq!(unsafe { *written }, 1));
    }
}

/// As above, an abort during the poll does not touch the queue.
#[test]
fn pitfall_04_an_aborted_future_is_dropped_after_what_the_aborting_thread_wrote() {
    model(|| {
        let executor = Executor::default();
        let (to_abort, other) = (Arc::new(Mutex::new(None)), Arc::new(Mutex::new(None)));
        let (task, thread) = (Arc::clone(&to_abort), Arc::clone(&other));
        let reads = ReadsOnDrop(Arc::default());
        let mut handle = executor.spawn(poll_fn(move |_| {
            let (written, task) = (Arc::clone(&reads.0), task.lock().unwrap().take());
            let task: AbortHandle = task.expect("polled once");
            *thread.lock().unwrap() = Some(thread::spawn(move || {
                // SAFETY: the task reads after the abort below.
                written.0.with_mut(|written| unsafe { *written = 1 });
                task.abort();
            }));
            Poll::<()>::Pending
        }));
        *to_abort.lock().unwrap() = Some(handle.abort_handle());
        executor.run();
        let other = other.lock().unwrap().take().unwrap();
        other.join().unwrap();
        executor.run();
        // A panic of loom in the destructor is the task's output.
        let ended = poll(&mut handle, Waker::noop());
        assert!(matches!(ended, Poll::Ready(Err(error)) if error.is_cancelled()));
    });
}

/// The shutdown begins during the poll. If it finds the task running, it leaves it
/// alone. Otherwise it drops the future, and only the state word orders that after the
/// poll.
#[test]
fn pitfall_08_a_shutdown_drops_the_future_as_the_last_poll_left_it() {
    model(|| {
        let executor = Executor::default();
        let (to_cancel, other) = (Arc::new(Mutex::new(None)), Arc::new(Mutex::new(None)));
        let (task, thread) = (Arc::clone(&to_cancel), Arc::clone(&other));
        let mut handle = executor.spawn(poll_fn(move |_| {
            let task: Option<Task> = task.lock().unwrap().take();
            *thread.lock().unwrap() = task.map(|task| {
                // SAFETY: the future is `Send`, so any thread may drop it.
                thread::spawn(move || unsafe { task.cancel() })
            });
            Poll::<()>::Pending
        }));
        let task = executor.0.queue.lock().unwrap()[0].clone();
        *to_cancel.lock().unwrap() = Some(task.clone());
        executor.run();
        let other = other.lock().unwrap().take().unwrap();
        other.join().unwrap();
        // SAFETY: as above. This does nothing if the future has been dropped.
        unsafe { task.cancel() };
        // A panic of loom while the future is dropped is the task's output.
        let ended = poll(&mut handle, Waker::noop());
        assert!(matches!(ended, Poll::Ready(Err(error)) if error.is_cancelled()));
    });
}

/// Uses the memory with a reference, and drops the reference. If it was the last one,
/// this thread owns the memory.
fn use_and_drop((word, used): &(StateWord, Plain)) -> bool {
    used.0.with(|_| ());
    let is_last = word.drop_references(1);
    if is_last {
        used.0.with_mut(|_| ());
    }
    is_last
}

/// A model of the word alone. `Cell::free` reads the output's kind with Acquire, so a model of
/// a whole task passes even if `drop_references` does not acquire.
#[test]
fn pitfall_09_the_last_reference_is_dropped_after_all_uses_with_the_others() {
    model(|| {
        let task = Arc::new((StateWord::scheduled(2), Plain::default()));
        let other = Arc::clone(&task);
        let other = thread::spawn(move || use_and_drop(&other));
        let is_last = use_and_drop(&task);
        assert!(is_last != other.join().unwrap(), "one of them is the last");
    });
}

/// Both plain stores of the word of a `block_on` task end release sequences, so the loads before them
/// have to acquire what the other references did.
#[test]
fn pitfall_09_a_block_on_task_without_other_references_comes_after_all_their_uses() {
    for ends_poll in [false, true] {
        model(move || {
            let block_on_task = Arc::new((StateWord::idle(), Plain::default()));
            assert!(!ends_poll || block_on_task.0.transition_to_running_if_unique());
            block_on_task.0.add_reference();
            let other = Arc::clone(&block_on_task);
            // The other thread polls. Otherwise loom loads only before the drop.
            let polling = thread::spawn(move || {
                let (word, used) = &*block_on_task;
                let is_unique = if ends_poll {
                    word.transition_to_idle_if_unique()
                } else {
                    word.transition_to_running_if_unique()
                };
                if is_unique {
                    used.0.with_mut(|_| ());
                }
            });
            assert!(!use_and_drop(&other), "the `block_on` task has a reference");
            polling.join().unwrap();
        });
    }
}
