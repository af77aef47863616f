//! The promises of `Executor` and `JoinHandle`.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::mpsc;
use std::task::{Poll, Waker};
use std::thread;

use my_runtime::executor::{Executor, JoinError, JoinHandle};
use my_runtime::join_all::join_all;

/// Is pending once, and wakes its own task.
async fn yield_now() {
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

/// Notes that it was dropped.
struct Noted(Rc<RefCell<Vec<&'static str>>>, &'static str);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.borrow_mut().push(self.1);
    }
}

#[test]
fn a_handle_gives_the_output_of_its_task() {
    let executor = Executor::new();
    let task = executor.spawner().spawn(async {
        yield_now().await;
        7
    });
    assert!(matches!(executor.block_on(task), Ok(7)));
}

#[test]
fn a_handle_gives_the_output_of_a_task_that_ended_earlier() {
    let executor = Executor::new();
    let task = executor.spawner().spawn(async { 7 });
    executor.queue().run_woken();
    assert!(task.is_finished(), "the task has ended, and its handle does not say so");
    assert!(matches!(executor.block_on(task), Ok(7)));
}

#[test]
fn the_joiner_is_woken_when_its_task_ends() {
    let executor = Executor::new();
    let (sender, receiver) = mpsc::channel::<Waker>();
    let mut sent = false;
    let task = executor.spawner().spawn(poll_fn(move |cx| {
        if sent {
            return Poll::Ready("woken from another thread");
        }
        sent = true;
        sender.send(cx.waker().clone()).expect("the device listens");
        Poll::Pending
    }));
    let device = thread::spawn(move || receiver.recv().expect("it gets a waker").wake());
    assert!(matches!(executor.block_on(task), Ok("woken from another thread")));
    device.join().expect("the device ends");
}

#[test]
fn the_waker_of_the_latest_poll_of_a_handle_is_woken() {
    let executor = Executor::new();
    let mut task = executor.spawner().spawn(async {
        yield_now().await;
        yield_now().await;
    });
    // The first poll of the handle belongs to a future that is dropped.
    let mut first = true;
    let joined = executor.block_on(poll_fn(move |cx| {
        if std::mem::replace(&mut first, false) {
            let mut unused = std::task::Context::from_waker(Waker::noop());
            assert!(std::pin::Pin::new(&mut task).poll(&mut unused).is_pending());
        }
        std::pin::Pin::new(&mut task).poll(cx)
    }));
    assert!(joined.is_ok(), "the handle has given an error");
}

#[test]
fn a_task_without_a_handle_runs_to_its_end() {
    let (executor, log) = (Executor::new(), Rc::<RefCell<Vec<_>>>::default());
    let noted = Noted(Rc::clone(&log), "ended");
    drop(executor.spawner().spawn(async move {
        yield_now().await;
        drop(noted);
    }));
    executor.block_on(async {
        yield_now().await;
        yield_now().await;
    });
    assert_eq!(*log.borrow(), ["ended"], "whether the task ran to its end");
}

#[test]
fn a_task_may_spawn_and_join_others() {
    let executor = Executor::new();
    let spawner = executor.spawner();
    let total = executor.block_on(async move {
        let parts = (1..=4).map(|n| spawner.spawn(async move { n * 10 })).collect();
        let results = join_all(parts).await;
        results.into_iter().map(|result| result.expect("the part ends")).sum::<i32>()
    });
    assert_eq!(total, 100, "the sum of the four parts");
}

#[test]
fn a_panic_ends_only_its_own_task() {
    let executor = Executor::new();
    let bad: JoinHandle<()> =
        executor.spawner().spawn(async { panic!("this panic is part of the test") });
    let good = executor.spawner().spawn(async { "fine" });
    let (bad, good) = executor.block_on(async { (bad.await, good.await) });
    let Err(JoinError::Panicked(payload)) = bad else { panic!("it did not panic") };
    assert_eq!(payload.downcast_ref(), Some(&"this panic is part of the test"));
    assert!(matches!(good, Ok("fine")));
}

#[test]
fn a_panic_of_the_root_continues_in_block_on() {
    let executor = Executor::new();
    let result = catch_unwind(AssertUnwindSafe(|| {
        executor.block_on(async { panic!("this panic is part of the test") })
    }));
    assert!(result.is_err(), "the panic of the root must go on");
    assert_eq!(executor.block_on(async { 7 }), 7);
}

#[test]
fn abort_drops_the_future_when_the_executor_polls_the_task() {
    let (executor, log) = (Executor::new(), Rc::<RefCell<Vec<_>>>::default());
    let noted = Noted(Rc::clone(&log), "dropped");
    let task = executor.spawner().spawn(async move {
        let _noted = noted;
        pending::<()>().await;
    });
    executor.queue().run_woken();
    task.abort();
    log.borrow_mut().push("after abort");
    assert!(
        matches!(executor.block_on(task), Err(JoinError::Cancelled)),
        "the handle of an aborted task has not given `Cancelled`"
    );
    assert_eq!(*log.borrow(), ["after abort", "dropped"], "the order of the events");
}

#[test]
fn an_aborted_task_is_not_polled_any_more() {
    let (executor, polls) = (Executor::new(), Rc::<Cell<u32>>::default());
    let counted = Rc::clone(&polls);
    let task = executor.spawner().spawn(async move {
        counted.set(counted.get() + 1);
    });
    task.abort();
    assert!(
        matches!(executor.block_on(task), Err(JoinError::Cancelled)),
        "the handle of an aborted task has not given `Cancelled`"
    );
    assert_eq!(polls.get(), 0, "polls of a task that was aborted before its first poll");
}

#[test]
fn a_task_may_abort_itself() {
    let (executor, log) = (Executor::new(), Rc::<RefCell<Vec<_>>>::default());
    let own = Rc::<RefCell<Option<JoinHandle<()>>>>::default();
    let (handle, noted) = (Rc::clone(&own), Noted(Rc::clone(&log), "dropped"));
    let task = executor.spawner().spawn(async move {
        let _noted = noted;
        handle.borrow().as_ref().expect("the test has stored the handle").abort();
        pending::<()>().await;
    });
    own.replace(Some(task));
    executor.queue().run_woken();
    executor.queue().run_woken();
    assert_eq!(*log.borrow(), ["dropped"], "whether the future was dropped");
    assert!(
        own.take().expect("the handle is there").is_finished(),
        "the task has ended, and its handle does not say so"
    );
}

#[test]
fn a_task_that_ends_in_the_poll_of_its_abort_has_an_output() {
    let executor = Executor::new();
    let own = Rc::<RefCell<Option<JoinHandle<u32>>>>::default();
    let handle = Rc::clone(&own);
    let task = executor.spawner().spawn(async move {
        handle.borrow().as_ref().expect("the test has stored the handle").abort();
        7
    });
    own.replace(Some(task));
    executor.queue().run_woken();
    let task = own.take().expect("the handle is there");
    assert!(
        matches!(executor.block_on(task), Ok(7)),
        "the handle has not given the output"
    );
}

#[test]
fn the_destructors_of_a_task_run_before_its_handle_is_finished() {
    /// Notes whether the task has ended, when it is dropped.
    struct Asks(Rc<RefCell<Option<JoinHandle<()>>>>, Rc<Cell<Option<bool>>>);
    impl Drop for Asks {
        fn drop(&mut self) {
            self.1.set(self.0.borrow().as_ref().map(JoinHandle::is_finished));
        }
    }
    let executor = Executor::new();
    let own = Rc::<RefCell<Option<JoinHandle<()>>>>::default();
    let finished = Rc::<Cell<Option<bool>>>::default();
    let asks = Asks(Rc::clone(&own), Rc::clone(&finished));
    let task = executor.spawner().spawn(poll_fn(move |_| {
        let _asks = &asks;
        Poll::Ready(())
    }));
    own.replace(Some(task));
    executor.queue().run_woken();
    assert_eq!(
        finished.get(),
        Some(false),
        "whether the task was finished while its destructor ran"
    );
    assert!(
        own.take().expect("the handle is there").is_finished(),
        "the task has ended, and its handle does not say so"
    );
}

#[test]
fn the_destructors_of_a_task_run_before_its_joiner_after_a_panic_and_after_an_abort() {
    for abort in [false, true] {
        let (executor, log) = (Executor::new(), Rc::<RefCell<Vec<_>>>::default());
        let noted = Noted(Rc::clone(&log), "dropped");
        let task: JoinHandle<()> = executor.spawner().spawn(poll_fn(move |_| {
            let _noted = &noted;
            assert!(abort, "this panic is part of the test");
            Poll::Pending
        }));
        if abort {
            executor.queue().run_woken();
            task.abort();
        }
        let joined = Rc::clone(&log);
        executor.block_on(async move {
            assert!(task.await.is_err(), "the handle must give an error");
            joined.borrow_mut().push("joined");
        });
        assert_eq!(*log.borrow(), ["dropped", "joined"], "aborted: {abort}");
    }
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
    executor.queue().run_woken();
    task.abort();
    assert!(
        matches!(executor.block_on(task), Err(JoinError::Panicked(_))),
        "the handle has not given `Panicked`"
    );
}

#[test]
fn a_handle_that_was_ready_panics_when_it_is_polled_again() {
    let executor = Executor::new();
    let mut task = executor.spawner().spawn(async { 7 });
    executor.queue().run_woken();
    let mut cx = std::task::Context::from_waker(Waker::noop());
    assert!(std::pin::Pin::new(&mut task).poll(&mut cx).is_ready());
    let again = catch_unwind(AssertUnwindSafe(|| {
        std::pin::Pin::new(&mut task).poll(&mut cx).is_ready()
    }));
    assert!(again.is_err(), "it did not panic");
}

#[test]
fn block_on_ends_beside_a_task_that_wakes_itself_in_each_poll() {
    let executor = Executor::new();
    drop(executor.spawner().spawn(poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::<()>::Pending
    })));
    assert_eq!(executor.block_on(async { 7 }), 7);
}

#[test]
fn dropping_the_executor_cancels_its_tasks() {
    let executor = Executor::new();
    let task = executor.spawner().spawn(pending::<()>());
    executor.queue().run_woken();
    drop(executor);
    assert!(
        matches!(Executor::new().block_on(task), Err(JoinError::Cancelled)),
        "the handle of a task whose executor is gone has not given `Cancelled`"
    );
}
