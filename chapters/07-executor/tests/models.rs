//! Every interleaving of the executor's thread with threads that wake its tasks.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::task::Poll;

use executor::Executor;
use loom::sync::atomic::AtomicBool;
use loom::thread;
use wakers::Flag;

#[test]
fn a_wake_from_another_thread_is_never_lost() {
    loom::model(|| {
        let executor = Executor::new();
        let flag = Arc::new(Flag::new());
        let raised = Arc::clone(&flag);
        // Not joined: loom waits for the end of all threads, and its `join` fails if the
        // device unparks this thread at that moment.
        thread::spawn(move || raised.raise());
        let task = executor.spawner().spawn(async move { flag.wait().await });
        executor.block_on(task).expect("the task ends");
    });
}

#[test]
fn two_devices_may_wake_one_task_at_the_same_time() {
    loom::model(|| {
        let executor = Executor::new();
        let ready = Arc::new([AtomicBool::new(false), AtomicBool::new(false)]);
        let (mut devices, seen) = (Vec::new(), Arc::clone(&ready));
        let mut started = false;
        executor.block_on(poll_fn(move |cx| {
            if !started {
                started = true;
                for index in 0..2 {
                    let (ready, waker) = (Arc::clone(&ready), cx.waker().clone());
                    devices.push(thread::spawn(move || {
                        // Release pairs with the Acquire below.
                        ready[index].store(true, Release);
                        waker.wake();
                    }));
                }
            }
            // Acquire pairs with the Release above.
            let all = seen.iter().all(|ready| ready.load(Acquire));
            if all { Poll::Ready(()) } else { Poll::Pending }
        }));
    });
}

#[test]
fn a_wake_of_a_task_that_has_ended_does_no_harm() {
    loom::model(|| {
        let executor = Executor::new();
        let mut device = None;
        let polls = Rc::new(Cell::new(0));
        let counted = Rc::clone(&polls);
        let task = executor.spawner().spawn(poll_fn(move |cx| {
            counted.set(counted.get() + 1);
            let waker = cx.waker().clone();
            device = Some(thread::spawn(move || waker.wake()));
            Poll::Ready(())
        }));
        executor.block_on(task).expect("the task ends");
        assert_eq!(polls.get(), 1);
    });
}
