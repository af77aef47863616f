//! Loom models of the task cell: every interleaving of two or three threads
//! that wake, abort, join and finish one task. Traps 2 to 5, 8 and 9.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p wakeful --lib --release`

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

/// A queue that anyone may look into, and that asserts that a task is not put
/// in twice.
#[derive(Clone, Default)]
struct Queue(Arc<QueueState>);

#[derive(Default)]
struct QueueState {
    tasks: Mutex<Vec<Task>>,
    released: AtomicUsize,
}

impl Schedule for Queue {
    unsafe fn schedule(this: *const Self, task: Task) {
        // SAFETY: the caller lets us read until we give the task away.
        let queue = unsafe { (*this).clone() };
        let mut tasks = queue.0.tasks.lock().unwrap();
        assert!(tasks.is_empty(), "queued twice");
        tasks.push(task);
    }

    fn unbind(&self, _: &Task) -> Option<Task> {
        self.0.released.fetch_add(1, SeqCst);
        None
    }
}

impl Queue {
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
        // SAFETY: counted above.
        self.0
            .tasks
            .lock()
            .unwrap()
            .push(unsafe { Task::from_raw(task.as_raw()) });
        // SAFETY: the output's type, and the only handle.
        unsafe { JoinHandle::new(task) }
    }

    /// Runs what is queued. Returns how many there were.
    fn run(&self) -> usize {
        let mut runs = 0;
        loop {
            let task = self.0.tasks.lock().unwrap().pop();
            let Some(task) = task else { return runs };
            // SAFETY: taken from the queue; these futures are `Send`.
            unsafe { task.run() };
            runs += 1;
        }
    }
}

fn poll<F: Future + Unpin>(future: &mut F, waker: &Waker) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(waker))
}

/// Counts its wakes, with loom's atomics.
struct Count(AtomicUsize);

impl std::task::Wake for Count {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// Notes that it was dropped, and asserts that it is not dropped twice.
struct Droplet(Arc<AtomicUsize>);

impl Drop for Droplet {
    fn drop(&mut self) {
        assert_eq!(self.0.fetch_add(1, SeqCst), 0, "dropped twice");
    }
}

/// A task that gives its waker away and is ready when the flag is up.
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
fn trap_03_two_wakes_queue_once_and_no_wake_is_lost() {
    model(|| {
        let (flag, out) = (Arc::new(AtomicUsize::new(0)), Arc::default());
        let queue = Queue::default();
        let handle = queue.spawn(waiting(&flag, &out));
        assert_eq!(queue.run(), 1);
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
        assert_eq!(queue.run(), 1, "one entry for two wakes");
        drop(out.lock().unwrap().take());
        assert!(handle.is_finished());
    });
}

#[test]
fn trap_02_a_wake_while_the_task_runs_is_not_lost() {
    model(|| {
        let (flag, out) = (Arc::new(AtomicUsize::new(0)), Arc::default());
        let queue = Queue::default();
        let handle = queue.spawn(waiting(&flag, &out));
        queue.run();
        let waker = out.lock().unwrap().take().unwrap();
        // The one wakes it while the other may be in the middle of a poll.
        waker.wake_by_ref();
        let other = {
            let flag = Arc::clone(&flag);
            thread::spawn(move || {
                flag.fetch_add(1, SeqCst);
                waker.wake();
            })
        };
        queue.run();
        other.join().unwrap();
        queue.run();
        drop(out.lock().unwrap().take());
        assert!(handle.is_finished());
    });
}

#[test]
fn trap_05_a_handle_on_another_thread_gets_the_output_or_a_wake() {
    model(|| {
        let queue = Queue::default();
        let mut handle = queue.spawn(async { 7 });
        let runner = {
            let queue = queue.clone();
            thread::spawn(move || queue.run())
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
fn trap_05_a_joiner_that_changes_its_waker_is_woken_through_the_last() {
    model(|| {
        let queue = Queue::default();
        let mut handle = queue.spawn(async { 7 });
        let counts = [(); 2].map(|()| std::sync::Arc::new(Count(AtomicUsize::new(0))));
        let wakers = counts
            .each_ref()
            .map(|count| Waker::from(std::sync::Arc::clone(count)));
        assert!(poll(&mut handle, &wakers[0]).is_pending());
        let runner = {
            let queue = queue.clone();
            thread::spawn(move || queue.run())
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
fn trap_05_the_output_is_dropped_once_when_the_handle_goes_meanwhile() {
    model(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let queue = Queue::default();
        let droplet = Droplet(Arc::clone(&drops));
        let mut handle = queue.spawn(async move { droplet });
        let _ = poll(&mut handle, Waker::noop()).is_ready();
        let runner = {
            let queue = queue.clone();
            thread::spawn(move || queue.run())
        };
        drop(handle);
        runner.join().unwrap();
        assert_eq!(drops.load(SeqCst), 1);
        assert_eq!(queue.0.released.load(SeqCst), 1);
    });
}

#[test]
fn trap_11_who_keeps_a_complete_task_does_not_keep_who_waited_for_it() {
    for polls_again in [false, true] {
        model(move || {
            let queue = Queue::default();
            let mut handle = queue.spawn(async { 7 });
            let abort = handle.abort_handle();
            let count = std::sync::Arc::new(Count(AtomicUsize::new(0)));
            let waker = Waker::from(std::sync::Arc::clone(&count));
            assert!(poll(&mut handle, &waker).is_pending());
            drop(waker);
            let runner = {
                let queue = queue.clone();
                thread::spawn(move || queue.run())
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
fn trap_04_an_abort_races_the_end_and_the_handle_tells_which_won() {
    model(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let queue = Queue::default();
        let droplet = Droplet(Arc::clone(&drops));
        let mut handle = queue.spawn(async move {
            drop(droplet);
            7
        });
        let abort = handle.abort_handle();
        let aborter = thread::spawn(move || abort.abort());
        queue.run();
        aborter.join().unwrap();
        queue.run();
        assert_eq!(drops.load(SeqCst), 1);
        match poll(&mut handle, Waker::noop()) {
            Poll::Ready(Ok(output)) => assert_eq!(output, 7),
            Poll::Ready(Err(error)) => assert!(error.is_cancelled()),
            Poll::Pending => panic!("neither ended nor aborted"),
        }
    });
}

#[test]
fn trap_09_references_let_go_on_two_threads_free_the_task_once() {
    model(|| {
        let (flag, out) = (Arc::new(AtomicUsize::new(0)), Arc::default());
        let queue = Queue::default();
        let handle = queue.spawn(waiting(&flag, &out));
        queue.run();
        let waker = out.lock().unwrap().take().unwrap();
        // Cancelled, as at shutdown: the future goes here, ...
        handle.abort();
        queue.run();
        // ... and the memory with the last of two references.
        let other = thread::spawn(move || drop(waker));
        drop(handle);
        other.join().unwrap();
        assert_eq!(queue.0.released.load(SeqCst), 1);
    });
}

#[test]
fn trap_08_a_wake_races_the_shutdown() {
    model(|| {
        let (flag, out) = (Arc::new(AtomicUsize::new(0)), Arc::default());
        let queue = Queue::default();
        let handle = queue.spawn(waiting(&flag, &out));
        let task = {
            let tasks = queue.0.tasks.lock().unwrap();
            tasks[0].clone()
        };
        queue.run();
        let waker = out.lock().unwrap().take().unwrap();
        let other = thread::spawn(move || waker.wake());
        // SAFETY: nothing runs it, and its future is `Send`.
        unsafe { task.cancel() };
        other.join().unwrap();
        // What was queued meanwhile is complete, and is not polled.
        queue.run();
        assert!(handle.is_finished());
        assert!(out.lock().unwrap().is_none(), "no poll after the shutdown");
    });
}

#[test]
fn a_root_that_began_alone_hears_who_came_to_know_it() {
    model(|| {
        let queue = Queue::default();
        let stub = std::future::pending::<()>();
        let root = Task::new(
            stub,
            queue.clone(),
            StateWord::idle(),
            Location::caller(),
            0,
        );
        let state = &root.header().state;
        assert!(state.transition_to_running_if_unshared());
        let waker = Waker::clone(&waker_ref(&root));
        let other = thread::spawn(move || waker.wake());
        if !state.transition_to_idle_if_unshared()
            && state.transition_to_idle() == TransitionToIdle::Submit
        {
            queue.0.tasks.lock().unwrap().push(root.clone());
        }
        other.join().unwrap();
        assert_eq!(queue.0.tasks.lock().unwrap().drain(..).count(), 1);
    });
}
