//! Loom models of the task cell: every interleaving of two or three threads that
//! wake, abort, join and complete one task. Pitfalls 2 to 5, 8, 9 and 11.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p wakeful --lib --release`

mod orderings;

use super::{JoinHandle, Schedule, StateWord, Task, TransitionToIdle, waker_ref};
use loom::{
    model,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
};
use std::{
    future::{Future, poll_fn},
    panic::Location,
    pin::Pin,
    task::{Context, Poll, Waker},
};

/// An executor with one queue. Any thread may run it. It asserts that a task is in
/// the queue once.
#[derive(Clone, Default)]
struct Executor(Arc<Shared>);

#[derive(Default)]
struct Shared {
    queue: Mutex<Vec<Task>>,
    released: AtomicUsize,
}

impl Schedule for Executor {
    unsafe fn schedule(this: *const Self, task: Task) {
        // SAFETY: `this` may be read until `task` is given away.
        let executor = unsafe { (*this).clone() };
        let mut queue = executor.0.queue.lock().unwrap();
        assert!(queue.is_empty(), "queued twice");
        queue.push(task);
    }

    fn release(&self, _: &Task) -> Option<Task> {
        self.0.released.fetch_add(1, SeqCst);
        None
    }
}

impl Executor {
    fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send,
    {
        let task = Task::new(
            future,
            self.clone(),
            StateWord::scheduled(2),
            Location::caller(),
            0,
        );
        // SAFETY: the state counts two references, and this is the second.
        self.0
            .queue
            .lock()
            .unwrap()
            .push(unsafe { Task::from_raw(task.as_raw()) });
        // SAFETY: `T` is the output's type, and this is the only handle.
        unsafe { JoinHandle::new(task) }
    }

    /// Runs the queue until it is empty. Returns the number of runs.
    fn run(&self) -> usize {
        let mut runs = 0;
        loop {
            let task = self.0.queue.lock().unwrap().pop();
            let Some(task) = task else { return runs };
            // SAFETY: the task comes from the queue, and its future is `Send`.
            unsafe { task.run() };
            runs += 1;
        }
    }
}

fn poll<F: Future + Unpin>(future: &mut F, waker: &Waker) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(waker))
}

/// A waker that counts its wakes with a loom atomic.
struct Count(AtomicUsize);

impl std::task::Wake for Count {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// Counts its drop, and asserts that it is dropped once.
struct CountsDrop(Arc<AtomicUsize>);

impl Drop for CountsDrop {
    fn drop(&mut self) {
        assert_eq!(self.0.fetch_add(1, SeqCst), 0, "dropped twice");
    }
}

/// A future that gives its waker away and is ready when the flag is set.
fn waiting(
    flag: &Arc<AtomicUsize>,
    out: &Arc<Mutex<Option<Waker>>>,
) -> impl Future<Output = usize> + Send + use<> {
    let (flag, out) = (Arc::clone(flag), Arc::clone(out));
    poll_fn(move |context| {
        *out.lock().unwrap() = Some(context.waker().clone());
        match flag.load(SeqCst) {
            0 => Poll::Pending,
            flag => Poll::Ready(flag),
        }
    })
}

#[test]
fn pitfall_03_two_wakes_queue_once_and_no_wake_is_lost() {
    model(|| {
        let (flag, out) = (Arc::new(AtomicUsize::new(0)), Arc::default());
        let executor = Executor::default();
        let handle = executor.spawn(waiting(&flag, &out));
        assert_eq!(executor.run(), 1);
        let waker = out.lock().unwrap().take().unwrap();
        let other = {
            let (waker, flag) = (waker.clone(), Arc::clone(&flag));
            thread::spawn(move || {
                flag.fetch_add(1, SeqCst);
                waker.wake();
            })
        };
        flag.fetch_add(1, SeqCst);
        waker.wake();
        other.join().unwrap();
        assert_eq!(executor.run(), 1, "one entry for two wakes");
        drop(out.lock().unwrap().take());
        assert!(handle.is_finished());
    });
}

#[test]
fn pitfall_02_a_wake_while_the_task_runs_is_not_lost() {
    model(|| {
        let (flag, out) = (Arc::new(AtomicUsize::new(0)), Arc::default());
        let executor = Executor::default();
        let handle = executor.spawn(waiting(&flag, &out));
        executor.run();
        let waker = out.lock().unwrap().take().unwrap();
        // The wake below can come in the middle of the poll that this one causes.
        waker.wake_by_ref();
        let other = {
            let flag = Arc::clone(&flag);
            thread::spawn(move || {
                flag.fetch_add(1, SeqCst);
                waker.wake();
            })
        };
        executor.run();
        other.join().unwrap();
        executor.run();
        drop(out.lock().unwrap().take());
        assert!(handle.is_finished());
    });
}

#[test]
fn pitfall_05_a_handle_on_another_thread_gets_the_output_or_a_wake() {
    model(|| {
        let executor = Executor::default();
        let mut handle = executor.spawn(async { 7 });
        let runner = {
            let executor = executor.clone();
            thread::spawn(move || executor.run())
        };
        let count = std::sync::Arc::new(Count(AtomicUsize::new(0)));
        let waker = Waker::from(std::sync::Arc::clone(&count));
        let first = poll(&mut handle, &waker);
        runner.join().unwrap();
        let output = match first {
            Poll::Ready(output) => output,
            Poll::Pending => {
                assert_eq!(count.0.load(SeqCst), 1, "woken once");
                match poll(&mut handle, &waker) {
                    Poll::Ready(output) => output,
                    Poll::Pending => panic!("complete, and not ready"),
                }
            }
        };
        assert_eq!(output.unwrap(), 7);
    });
}

#[test]
fn pitfall_05_completion_wakes_the_last_waker_that_a_handle_was_polled_with() {
    model(|| {
        let executor = Executor::default();
        let mut handle = executor.spawn(async { 7 });
        let counts = [(); 2].map(|()| std::sync::Arc::new(Count(AtomicUsize::new(0))));
        let wakers = counts
            .each_ref()
            .map(|count| Waker::from(std::sync::Arc::clone(count)));
        assert!(poll(&mut handle, &wakers[0]).is_pending());
        let runner = {
            let executor = executor.clone();
            thread::spawn(move || executor.run())
        };
        let second = poll(&mut handle, &wakers[1]);
        runner.join().unwrap();
        if second.is_pending() {
            assert_eq!(counts[1].0.load(SeqCst), 1);
            assert!(poll(&mut handle, &wakers[1]).is_ready());
        }
    });
}

#[test]
fn pitfall_05_the_output_is_dropped_once_if_the_handle_is_dropped_at_the_same_time() {
    model(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let executor = Executor::default();
        let counts_drop = CountsDrop(Arc::clone(&drops));
        let mut handle = executor.spawn(async move { counts_drop });
        let _ = poll(&mut handle, Waker::noop()).is_ready();
        let runner = {
            let executor = executor.clone();
            thread::spawn(move || executor.run())
        };
        drop(handle);
        runner.join().unwrap();
        assert_eq!(drops.load(SeqCst), 1);
        assert_eq!(executor.0.released.load(SeqCst), 1);
    });
}

#[test]
fn pitfall_11_a_reference_to_a_complete_task_does_not_keep_the_join_waker() {
    for polls_again in [false, true] {
        model(move || {
            let executor = Executor::default();
            let mut handle = executor.spawn(async { 7 });
            let abort = handle.abort_handle();
            let count = std::sync::Arc::new(Count(AtomicUsize::new(0)));
            let waker = Waker::from(std::sync::Arc::clone(&count));
            assert!(poll(&mut handle, &waker).is_pending());
            drop(waker);
            let runner = {
                let executor = executor.clone();
                thread::spawn(move || executor.run())
            };
            if polls_again {
                let _ = poll(&mut handle, Waker::noop());
            }
            drop(handle);
            runner.join().unwrap();
            assert!(abort.is_finished());
            assert_eq!(std::sync::Arc::strong_count(&count), 1);
        });
    }
}

#[test]
fn pitfall_04_a_task_that_is_aborted_while_it_ends_has_one_outcome() {
    model(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let executor = Executor::default();
        let counts_drop = CountsDrop(Arc::clone(&drops));
        let mut handle = executor.spawn(async move {
            drop(counts_drop);
            7
        });
        let abort = handle.abort_handle();
        let aborter = thread::spawn(move || abort.abort());
        executor.run();
        aborter.join().unwrap();
        executor.run();
        assert_eq!(drops.load(SeqCst), 1);
        match poll(&mut handle, Waker::noop()) {
            Poll::Ready(Ok(output)) => assert_eq!(output, 7),
            Poll::Ready(Err(error)) => assert!(error.is_cancelled()),
            Poll::Pending => panic!("neither ended nor aborted"),
        }
    });
}

#[test]
fn pitfall_09_two_threads_drop_the_last_references_and_the_task_is_freed_once() {
    model(|| {
        let (flag, out) = (Arc::new(AtomicUsize::new(0)), Arc::default());
        let executor = Executor::default();
        let handle = executor.spawn(waiting(&flag, &out));
        executor.run();
        let waker = out.lock().unwrap().take().unwrap();
        // The abort drops the future here.
        handle.abort();
        executor.run();
        // The last of these two references frees the memory.
        let other = thread::spawn(move || drop(waker));
        drop(handle);
        other.join().unwrap();
        assert_eq!(executor.0.released.load(SeqCst), 1);
    });
}

#[test]
fn pitfall_08_a_task_is_not_polled_after_the_shutdown_that_a_wake_races() {
    model(|| {
        let (flag, out) = (Arc::new(AtomicUsize::new(0)), Arc::default());
        let executor = Executor::default();
        let handle = executor.spawn(waiting(&flag, &out));
        let task = {
            let queued = executor.0.queue.lock().unwrap();
            queued[0].clone()
        };
        executor.run();
        let waker = out.lock().unwrap().take().unwrap();
        let other = thread::spawn(move || waker.wake());
        // SAFETY: this thread may touch the future, because it is `Send`.
        unsafe { task.cancel() };
        other.join().unwrap();
        // The wake may have queued the task, which is complete by now.
        executor.run();
        assert!(handle.is_finished());
        assert!(out.lock().unwrap().is_none(), "no poll after the shutdown");
    });
}

#[test]
fn a_block_on_task_whose_poll_began_with_one_reference_is_queued_by_a_wake_during_the_poll() {
    model(|| {
        let executor = Executor::default();
        let stub = std::future::pending::<()>();
        let block_on_task = Task::new(
            stub,
            executor.clone(),
            StateWord::idle(),
            Location::caller(),
            0,
        );
        let state = &block_on_task.header().state;
        assert!(state.transition_to_running_if_unique());
        let waker = Waker::clone(&waker_ref(&block_on_task));
        let other = thread::spawn(move || waker.wake());
        if !state.transition_to_idle_if_unique()
            && state.transition_to_idle() == TransitionToIdle::Submit
        {
            executor.0.queue.lock().unwrap().push(block_on_task.clone());
        }
        other.join().unwrap();
        assert_eq!(executor.0.queue.lock().unwrap().drain(..).count(), 1);
    });
}
