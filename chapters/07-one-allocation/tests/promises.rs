//! The promises of the first page hold for tasks with one allocation, too. Miri runs
//! all of them.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, ThreadId};

use one_allocation::{Executor, JoinError, JoinHandle};
use wakers::Flag;

/// Notes what happens, in order.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn note(&self, what: impl Into<String>) {
        self.0.borrow_mut().push(what.into());
    }

    fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

/// Notes that it was dropped.
struct Noted(Log, &'static str);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.note(self.1);
    }
}

/// Pending once, and woken at once.
async fn yield_once() {
    let mut yielded = false;
    poll_fn(|cx| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// A future that gives its waker away at each poll, and is never ready.
fn give_waker(
    to: &Rc<RefCell<Option<Waker>>>,
    polls: &Rc<Cell<u32>>,
) -> impl Future<Output = ()> + use<> {
    let (to, polls) = (Rc::clone(to), Rc::clone(polls));
    poll_fn(move |cx| {
        polls.set(polls.get() + 1);
        to.replace(Some(cx.waker().clone()));
        Poll::Pending
    })
}

#[test]
fn two_waits_run_beside_each_other_on_one_thread() {
    let executor = Executor::new();
    let (first, second) = (Arc::new(Flag::new()), Arc::new(Flag::new()));
    let (wait, raise) = (Arc::clone(&first), Arc::clone(&second));
    let one = executor.spawn(async move {
        wait.wait().await;
        thread::current().id()
    });
    let two = executor.spawn(async move {
        raise.wait().await;
        first.raise();
        thread::current().id()
    });
    let device = thread::spawn(move || second.raise());
    let threads = executor.block_on(async { (one.await, two.await) });
    let here = thread::current().id();
    assert!(matches!(threads, (Ok(one), Ok(two)) if one == here && two == here));
    device.join().expect("the device ends");
}

#[test]
fn three_wakes_before_a_poll_cause_one_poll() {
    let (executor, waker, polls) = (Executor::new(), Rc::default(), Rc::default());
    drop(executor.spawn(give_waker(&waker, &polls)));
    executor.run_woken();
    for _ in 0..3 {
        waker.borrow().as_ref().expect("the task was polled").wake_by_ref();
    }
    executor.run_woken();
    executor.run_woken();
    assert_eq!(polls.get(), 2);
}

#[test]
fn a_task_without_a_wake_is_not_polled() {
    let (executor, waker, polls) = (Executor::new(), Rc::default(), Rc::default());
    drop(executor.spawn(give_waker(&waker, &polls)));
    for _ in 0..3 {
        executor.run_woken();
    }
    assert_eq!((polls.get(), executor.len()), (1, 1));
}

#[test]
fn a_wake_during_the_poll_causes_one_more_poll() {
    let (executor, log) = (Executor::new(), Log::default());
    let noted = log.clone();
    let task = executor.spawn(async move {
        noted.note("before");
        yield_once().await;
        noted.note("after");
    });
    executor.block_on(task).expect("the task ends");
    assert_eq!(log.take(), ["before", "after"]);
}

#[test]
fn the_task_that_was_woken_first_is_polled_first() {
    let (executor, log) = (Executor::new(), Log::default());
    for name in ["a", "b", "c"] {
        let log = log.clone();
        drop(executor.spawn(async move {
            log.note(name);
            yield_once().await;
            log.note(name);
        }));
    }
    executor.run_woken();
    executor.run_woken();
    assert_eq!(log.take(), ["a", "b", "c", "a", "b", "c"]);
}

#[test]
fn a_task_that_wakes_itself_does_not_starve_the_others() {
    let executor = Executor::new();
    drop(executor.spawn(async {
        loop {
            yield_once().await;
        }
    }));
    let meter = executor.spawn(async {
        for _ in 0..10 {
            yield_once().await;
        }
        "heard"
    });
    assert_eq!(executor.block_on(meter).expect("the task ends"), "heard");
}

#[test]
fn a_stale_wake_polls_the_next_task_of_the_same_number_once_too_often() {
    let (executor, waker, polls) = (Executor::new(), Rc::default(), Rc::default());
    let first = executor.spawn(give_waker(&waker, &polls));
    executor.run_woken();
    let stale = waker.take().expect("the task was polled");
    first.abort();
    executor.run_woken();
    assert!(executor.is_empty());
    let (waker, polls) = (Rc::default(), Rc::default());
    drop(executor.spawn(give_waker(&waker, &polls)));
    executor.run_woken();
    stale.wake();
    executor.run_woken();
    assert_eq!(polls.get(), 2);
}

#[test]
fn a_handle_gives_the_output_of_a_task_that_ended_earlier() {
    let executor = Executor::new();
    let task = executor.spawn(async { 7 });
    executor.run_woken();
    assert!(task.is_finished() && executor.is_empty());
    assert!(matches!(executor.block_on(task), Ok(7)));
}

#[test]
fn a_task_without_a_handle_runs_to_its_end() {
    let (executor, log) = (Executor::new(), Log::default());
    let noted = log.clone();
    drop(executor.spawn(async move {
        yield_once().await;
        noted.note("ended");
    }));
    executor.run_woken();
    executor.run_woken();
    assert_eq!(log.take(), ["ended"]);
}

#[test]
fn a_handle_that_was_ready_panics_when_it_is_polled_again() {
    let executor = Executor::new();
    let mut task = executor.spawn(async {});
    executor.block_on(&mut task).expect("the task ends");
    let again = catch_unwind(AssertUnwindSafe(|| executor.block_on(&mut task)));
    assert!(again.is_err());
}

#[test]
fn a_panic_ends_only_its_own_task() {
    let executor = Executor::new();
    let bad: JoinHandle<()> =
        executor.spawn(async { panic!("this panic is part of the test") });
    let good = executor.spawn(ready("fine"));
    let (bad, good) = executor.block_on(async { (bad.await, good.await) });
    let Err(JoinError::Panicked(payload)) = bad else { panic!("it did not panic") };
    assert_eq!(payload.downcast_ref(), Some(&"this panic is part of the test"));
    assert!(matches!(good, Ok("fine")));
}

#[test]
fn a_destructor_that_panics_ends_only_its_own_task() {
    struct Bad;
    impl Drop for Bad {
        fn drop(&mut self) {
            panic!("this panic is part of the test");
        }
    }
    let executor = Executor::new();
    let bad = Bad;
    let task = executor.spawn(async move {
        let _bad = bad;
        pending::<()>().await;
    });
    executor.run_woken();
    task.abort();
    assert!(matches!(executor.block_on(task), Err(JoinError::Panicked(_))));
}

#[test]
fn two_destructors_of_one_task_may_panic() {
    struct Bad;
    impl Drop for Bad {
        fn drop(&mut self) {
            panic!("this panic is part of the test");
        }
    }
    let executor = Executor::new();
    let (kept, mut output) = (Bad, Some(Bad));
    let task = executor.spawn(poll_fn(move |_| {
        let _kept = &kept;
        Poll::Ready(output.take())
    }));
    executor.run_woken();
    assert!(executor.is_empty());
    assert!(matches!(executor.block_on(task), Err(JoinError::Panicked(_))));
}

#[test]
fn abort_drops_the_future_at_the_turn_of_its_task() {
    let (executor, log) = (Executor::new(), Log::default());
    let noted = Noted(log.clone(), "dropped");
    let task = executor.spawn(async move {
        let _noted = noted;
        pending::<()>().await;
    });
    executor.run_woken();
    task.abort();
    log.note("after abort");
    assert!(matches!(executor.block_on(task), Err(JoinError::Cancelled)));
    assert_eq!(log.take(), ["after abort", "dropped"]);
}

#[test]
fn an_aborted_task_is_not_polled_any_more() {
    let (executor, waker, polls) = (Executor::new(), Rc::default(), Rc::default());
    let task = executor.spawn(give_waker(&waker, &polls));
    task.abort();
    assert!(matches!(executor.block_on(task), Err(JoinError::Cancelled)));
    assert_eq!(polls.get(), 0);
}

#[test]
fn a_task_may_abort_itself() {
    let (executor, log) = (Executor::new(), Log::default());
    let own: Rc<RefCell<Option<JoinHandle<()>>>> = Rc::default();
    let (handle, noted) = (Rc::clone(&own), log.clone());
    let task = executor.spawn(async move {
        handle.borrow().as_ref().expect("the handle is there").abort();
        noted.note("still here");
        yield_once().await;
        noted.note("never reached");
    });
    own.replace(Some(task));
    executor.run_woken();
    executor.run_woken();
    assert!(own.take().expect("the handle is there").is_finished());
    assert_eq!(log.take(), ["still here"]);
}

#[test]
fn a_task_that_owns_its_own_handle_is_freed() {
    let (executor, log) = (Executor::new(), Log::default());
    let own: Rc<RefCell<Option<JoinHandle<()>>>> = Rc::default();
    let (handle, noted) = (Rc::clone(&own), Noted(log.clone(), "dropped"));
    let task = executor.spawn(async move {
        let _keep = (handle, noted);
        pending::<()>().await;
    });
    own.replace(Some(task));
    drop(own);
    executor.run_woken();
    assert!(log.take().is_empty());
    drop(executor);
    assert_eq!(log.take(), ["dropped"]);
}

#[test]
fn abort_after_the_end_does_nothing() {
    let executor = Executor::new();
    let task = executor.spawn(async { 7 });
    executor.run_woken();
    task.abort();
    assert!(matches!(executor.block_on(task), Ok(7)));
}

#[test]
fn the_joiner_continues_after_the_destructors_of_the_task() {
    let (executor, log) = (Executor::new(), Log::default());
    let noted = Noted(log.clone(), "dropped");
    let task = executor.spawn(async move {
        let _noted = noted;
    });
    executor.block_on(task).expect("the task ends");
    log.note("joined");
    assert_eq!(log.take(), ["dropped", "joined"]);
}

#[test]
fn dropping_the_executor_cancels_its_tasks() {
    let (executor, log) = (Executor::new(), Log::default());
    let noted = Noted(log.clone(), "dropped");
    let task = executor.spawn(async move {
        let _noted = noted;
        pending::<()>().await;
    });
    executor.run_woken();
    drop(executor);
    assert_eq!(log.take(), ["dropped"]);
    assert!(matches!(Executor::new().block_on(task), Err(JoinError::Cancelled)));
}

/// Notes the thread on which it is dropped.
struct DropThread(Arc<Mutex<Option<ThreadId>>>);

impl Drop for DropThread {
    fn drop(&mut self) {
        *self.0.lock().expect("no test panics while it holds the lock") =
            Some(thread::current().id());
    }
}

/// Spawns a task with such an output, gives its waker to another thread, and lets that
/// thread drop the last reference.
fn last_reference_elsewhere(run: impl FnOnce(Executor, JoinHandle<DropThread>)) {
    let executor = Executor::new();
    let (waker, dropped) = (Rc::new(RefCell::new(None)), Arc::new(Mutex::new(None)));
    let (kept, output) = (Rc::clone(&waker), DropThread(Arc::clone(&dropped)));
    let mut output = Some(output);
    let task = executor.spawn(poll_fn(move |cx| {
        kept.replace(Some(cx.waker().clone()));
        Poll::Ready(output.take().expect("it is polled once"))
    }));
    executor.run_woken();
    let waker: Waker = waker.take().expect("the task was polled");
    run(executor, task);
    thread::spawn(move || drop(waker)).join().expect("the thread ends");
    let on = dropped.lock().expect("no test panics while it holds the lock").take();
    assert_eq!(on, Some(thread::current().id()));
}

#[test]
fn the_last_reference_may_be_dropped_on_another_thread() {
    last_reference_elsewhere(|executor, task| {
        drop(executor.block_on(task).expect("the task ends"));
        drop(executor);
    });
}

#[test]
fn an_output_that_no_handle_takes_is_dropped_on_the_thread_of_the_executor() {
    last_reference_elsewhere(|executor, task| {
        drop(task);
        drop(executor);
    });
}

#[test]
fn a_wake_after_the_executor_was_dropped_does_no_harm() {
    let (executor, waker, polls) = (Executor::new(), Rc::default(), Rc::default());
    drop(executor.spawn(give_waker(&waker, &polls)));
    executor.run_woken();
    drop(executor);
    let waker: Waker = waker.take().expect("the task was polled");
    thread::spawn(move || waker.wake()).join().expect("the thread ends");
    assert_eq!(polls.get(), 1);
}

#[test]
fn a_task_cannot_run_its_own_executor() {
    let executor = Rc::new(Executor::new());
    let (inner, ran) = (Rc::clone(&executor), Rc::new(Cell::new(false)));
    let other = Rc::clone(&ran);
    let task = executor.spawn(async move {
        let refused = [
            catch_unwind(AssertUnwindSafe(|| inner.run_woken())).is_err(),
            catch_unwind(AssertUnwindSafe(|| inner.block_on(async {}))).is_err(),
        ];
        drop(inner.spawn(async move { other.set(true) }));
        drop(catch_unwind(AssertUnwindSafe(|| inner.run_woken())));
        refused
    });
    assert!(matches!(executor.block_on(task), Ok([true, true])));
    executor.run_woken();
    assert!(ran.get(), "the refused call must not lose the wake of another task");
}

/// A waker that panics.
struct BadWaker;

impl Wake for BadWaker {
    fn wake(self: Arc<Self>) {
        panic!("this panic is part of the test");
    }
}

/// Lets the joiner of a task be a waker that panics.
fn join_with_a_bad_waker(handle: &mut JoinHandle<()>) {
    let waker = Waker::from(Arc::new(BadWaker));
    let polled = Pin::new(handle).poll(&mut Context::from_waker(&waker));
    assert!(polled.is_pending());
}

#[test]
fn dropping_the_executor_cancels_all_tasks_even_if_a_waker_panics() {
    let executor = Executor::new();
    let mut bad = executor.spawn(pending());
    join_with_a_bad_waker(&mut bad);
    let (waker, dropped) = (Rc::new(RefCell::new(None)), Arc::new(Mutex::new(None)));
    let (kept, local) = (Rc::clone(&waker), DropThread(Arc::clone(&dropped)));
    drop(executor.spawn(async move {
        let _local = local;
        poll_fn(|cx| {
            kept.replace(Some(cx.waker().clone()));
            Poll::<()>::Pending
        })
        .await;
    }));
    executor.run_woken();
    drop(executor);
    let waker: Waker = waker.take().expect("the task was polled");
    thread::spawn(move || drop(waker)).join().expect("the thread ends");
    let on = dropped.lock().expect("no test panics while it holds the lock").take();
    assert_eq!(on, Some(thread::current().id()));
}

#[test]
fn a_joiner_that_panics_leaves_the_executor_in_order() {
    let executor = Executor::new();
    let mut task = executor.spawn(async {});
    join_with_a_bad_waker(&mut task);
    let run = catch_unwind(AssertUnwindSafe(|| executor.run_woken()));
    assert!(run.is_err());
    assert!(executor.is_empty());
    assert!(matches!(executor.block_on(task), Ok(())));
}

#[test]
fn an_output_whose_destructor_panics_ends_only_its_own_task() {
    struct Bad;
    impl Drop for Bad {
        fn drop(&mut self) {
            panic!("this panic is part of the test");
        }
    }
    let executor = Executor::new();
    drop(executor.spawn(async { Bad }));
    let good = executor.spawn(ready("fine"));
    assert!(matches!(executor.block_on(good), Ok("fine")));
    assert!(executor.is_empty());
}

#[test]
fn a_handle_can_be_moved_whatever_its_output_is() {
    fn unpin<T: Unpin>(_: &T) {}
    let executor = Executor::new();
    let task = executor.spawn(async { std::marker::PhantomPinned });
    unpin(&task);
    assert!(executor.block_on(task).is_ok());
}
