//! Each test holds one claim that the chapter makes. Miri runs them too. The tests
//! in `models.rs` check the interleavings of several threads.
#![cfg(not(feature = "loom"))]

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use executor::{Executor, JoinError, JoinHandle, Spawner};
use futures_util::task::{LocalSpawnExt, SpawnExt};
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
    let one = executor.spawner().spawn(async move {
        wait.wait().await;
        thread::current().id()
    });
    let two = executor.spawner().spawn(async move {
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
    drop(executor.spawner().spawn(give_waker(&waker, &polls)));
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
    drop(executor.spawner().spawn(give_waker(&waker, &polls)));
    for _ in 0..3 {
        executor.run_woken();
    }
    assert_eq!((polls.get(), executor.len()), (1, 1));
}

#[test]
fn a_wake_during_the_poll_causes_one_more_poll() {
    let (executor, log) = (Executor::new(), Log::default());
    let noted = log.clone();
    let task = executor.spawner().spawn(async move {
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
        drop(executor.spawner().spawn(async move {
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
    drop(executor.spawner().spawn(async {
        loop {
            yield_once().await;
        }
    }));
    let meter = executor.spawner().spawn(async {
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
    let first = executor.spawner().spawn(give_waker(&waker, &polls));
    executor.run_woken();
    let stale = waker.take().expect("the task was polled");
    first.abort();
    executor.run_woken();
    assert!(executor.is_empty());
    let (waker, polls) = (Rc::default(), Rc::default());
    drop(executor.spawner().spawn(give_waker(&waker, &polls)));
    executor.run_woken();
    stale.wake();
    executor.run_woken();
    assert_eq!(polls.get(), 2);
}

#[test]
fn a_task_may_spawn_another() {
    let executor = Executor::new();
    let spawner = executor.spawner();
    let sum = executor.spawner().spawn(async move {
        let parts: Vec<_> = (1..=10).map(|n| spawner.spawn(async move { n })).collect();
        let mut sum = 0;
        for part in parts {
            sum += part.await.expect("the part ends");
        }
        sum
    });
    assert_eq!(executor.block_on(sum).expect("the task ends"), 55);
    assert!(executor.is_empty());
}

#[test]
fn a_handle_gives_the_output_of_a_task_that_ended_earlier() {
    let executor = Executor::new();
    let task = executor.spawner().spawn(async { 7 });
    executor.run_woken();
    assert!(task.is_finished() && executor.is_empty());
    assert!(matches!(executor.block_on(task), Ok(7)));
}

#[test]
fn a_task_without_a_handle_runs_to_its_end() {
    let (executor, log) = (Executor::new(), Log::default());
    let noted = log.clone();
    drop(executor.spawner().spawn(async move {
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
    let mut task = executor.spawner().spawn(async {});
    executor.block_on(&mut task).expect("the task ends");
    let again = catch_unwind(AssertUnwindSafe(|| executor.block_on(&mut task)));
    assert!(again.is_err());
}

#[test]
fn a_panic_ends_only_its_own_task() {
    let executor = Executor::new();
    let bad: JoinHandle<()> =
        executor.spawner().spawn(async { panic!("this panic is part of the test") });
    let good = executor.spawner().spawn(ready("fine"));
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
    let task = executor.spawner().spawn(async move {
        let _bad = bad;
        pending::<()>().await;
    });
    executor.run_woken();
    task.abort();
    assert!(matches!(executor.block_on(task), Err(JoinError::Panicked(_))));
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
    drop(executor.spawner().spawn(async { Bad }));
    let good = executor.spawner().spawn(ready("fine"));
    assert!(matches!(executor.block_on(good), Ok("fine")));
    assert!(executor.is_empty());
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
    let task = executor.spawner().spawn(poll_fn(move |_| {
        let _kept = &kept;
        Poll::Ready(output.take())
    }));
    executor.run_woken();
    assert!(executor.is_empty());
    assert!(matches!(executor.block_on(task), Err(JoinError::Panicked(_))));
}

#[test]
fn a_joiner_that_panics_does_no_harm_to_the_task_that_wakes_it() {
    struct BadWaker;
    impl Wake for BadWaker {
        fn wake(self: Arc<Self>) {
            panic!("this panic is part of the test");
        }
    }
    let executor = Executor::new();
    let mut task = executor.spawner().spawn(async {});
    let waker = Waker::from(Arc::new(BadWaker));
    let polled = Pin::new(&mut task).poll(&mut Context::from_waker(&waker));
    assert!(polled.is_pending());
    executor.run_woken();
    assert!(executor.is_empty());
    assert!(matches!(executor.block_on(task), Ok(())));
}

#[test]
fn abort_drops_the_future_at_the_turn_of_its_task() {
    let (executor, log) = (Executor::new(), Log::default());
    let noted = Noted(log.clone(), "dropped");
    let task = executor.spawner().spawn(async move {
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
    let task = executor.spawner().spawn(give_waker(&waker, &polls));
    task.abort();
    assert!(matches!(executor.block_on(task), Err(JoinError::Cancelled)));
    assert_eq!(polls.get(), 0);
}

#[test]
fn a_task_may_abort_itself() {
    let (executor, log) = (Executor::new(), Log::default());
    let own: Rc<RefCell<Option<JoinHandle<()>>>> = Rc::default();
    let (handle, noted) = (Rc::clone(&own), log.clone());
    let task = executor.spawner().spawn(async move {
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
    let task = executor.spawner().spawn(async move {
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
    let task = executor.spawner().spawn(async { 7 });
    executor.run_woken();
    task.abort();
    assert!(
        !executor.has_woken(),
        "the number of the task may belong to another one now"
    );
    assert!(matches!(executor.block_on(task), Ok(7)));
}

#[test]
fn the_joiner_continues_after_the_destructors_of_the_task() {
    let (executor, log) = (Executor::new(), Log::default());
    let noted = Noted(log.clone(), "dropped");
    let task = executor.spawner().spawn(async move {
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
    let task = executor.spawner().spawn(async move {
        let _noted = noted;
        pending::<()>().await;
    });
    executor.run_woken();
    drop(executor);
    assert_eq!(log.take(), ["dropped"]);
    assert!(matches!(Executor::new().block_on(task), Err(JoinError::Cancelled)));
}

#[test]
fn a_destructor_may_spawn_while_the_executor_is_dropped() {
    struct Spawns(Spawner, Log);
    impl Drop for Spawns {
        fn drop(&mut self) {
            let noted = Noted(self.1.clone(), "dropped too");
            drop(self.0.spawn(async move {
                let _noted = noted;
                pending::<()>().await;
            }));
        }
    }
    let (executor, log) = (Executor::new(), Log::default());
    let spawns = Spawns(executor.spawner(), log.clone());
    drop(executor.spawner().spawn(async move {
        let _spawns = spawns;
        pending::<()>().await;
    }));
    drop(executor);
    assert_eq!(log.take(), ["dropped too"]);
}

#[test]
fn a_spawner_of_a_dropped_executor_panics() {
    let spawner = Executor::new().spawner();
    assert!(catch_unwind(AssertUnwindSafe(|| spawner.spawn(async {}))).is_err());
}

#[test]
fn a_task_cannot_run_its_own_executor() {
    let executor = Executor::new();
    for nested in [|executor: &Executor| executor.block_on(async {}), Executor::run_woken]
    {
        let run = || executor.block_on(async { nested(&executor) });
        assert!(catch_unwind(AssertUnwindSafe(run)).is_err());
    }
    executor.block_on(async {});
}

/// Counts its wakes. It stands for what another runtime would sleep in.
#[derive(Default)]
struct Doorbell(AtomicU32);

impl Wake for Doorbell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn each_wake_of_a_task_calls_the_waker_that_the_executor_was_given() {
    let bell = Arc::new(Doorbell::default());
    let executor = Executor::with_unpark(Arc::clone(&bell).into());
    let (waker, polls) = (Rc::default(), Rc::default());
    drop(executor.spawner().spawn(give_waker(&waker, &polls)));
    assert!(executor.has_woken());
    executor.run_woken();
    assert!(!executor.has_woken());
    let waker = waker.take().expect("the task was polled");
    thread::spawn(move || waker.wake()).join().expect("the device ends");
    assert!(executor.has_woken());
    assert_eq!(bell.0.load(SeqCst), 2);
}

#[test]
fn the_loop_sleeps_after_each_round_even_if_a_task_wakes_itself() {
    let executor = Executor::with_unpark(Arc::new(Doorbell::default()).into());
    drop(executor.spawner().spawn(async {
        loop {
            yield_once().await;
        }
    }));
    let log = Log::default();
    let noted = log.clone();
    let root = async move {
        yield_once().await;
        yield_once().await;
        noted.note("root");
    };
    executor.block_on_with(root, || {
        assert!(executor.has_woken());
        log.note("sleep");
    });
    assert_eq!(log.take(), ["sleep", "sleep", "root"]);
}

#[test]
fn an_executor_with_another_waker_refuses_to_park() {
    let executor = Executor::with_unpark(Arc::new(Doorbell::default()).into());
    assert!(catch_unwind(AssertUnwindSafe(|| executor.park())).is_err());
}

#[test]
fn futures_util_spawns_on_our_executor() {
    let executor = Executor::new();
    let spawner = executor.spawner();
    let local =
        spawner.spawn_local_with_handle(async { Rc::new(20) }).expect("it is alive");
    let shared = spawner.spawn_with_handle(async { 22 }).expect("it is alive");
    let sum = executor.block_on(async { *local.await + shared.await });
    assert_eq!(sum, 42);
    drop(executor);
    assert!(spawner.spawn_local(async {}).is_err_and(|error| error.is_shutdown()));
}
