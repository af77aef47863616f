//! The promises of `RunQueue`. Some tests run your other modules on it.

mod common;

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::mpsc;
use std::task::{Poll, Waker};
use std::thread;

use common::clock::Clock;
use my_runtime::join_all::join_all;
use my_runtime::notify::Notify;
use my_runtime::run_queue::RunQueue;
use my_runtime::timeout::{Elapsed, timeout};

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

#[test]
fn an_empty_queue_returns_at_once() {
    assert_eq!(RunQueue::new().run(), 0, "polls");
}

#[test]
fn every_task_runs_to_its_end() {
    let (queue, done) = (RunQueue::new(), Rc::<Cell<u32>>::default());
    for _ in 0..5 {
        let done = Rc::clone(&done);
        queue.spawner().spawn(async move {
            yield_now().await;
            done.set(done.get() + 1);
        });
    }
    assert_eq!((queue.run(), done.get()), (10, 5), "polls, tasks that are done");
}

#[test]
fn the_task_that_was_woken_first_is_polled_first() {
    let (queue, seen) = (RunQueue::new(), Rc::<RefCell<Vec<u32>>>::default());
    for name in 0..3 {
        let seen = Rc::clone(&seen);
        queue.spawner().spawn(async move {
            seen.borrow_mut().push(name);
            yield_now().await;
            seen.borrow_mut().push(name);
        });
    }
    queue.run();
    assert_eq!(
        *seen.borrow(),
        [0, 1, 2, 0, 1, 2],
        "the tasks in the order of their polls"
    );
}

#[test]
fn a_task_that_was_not_woken_is_not_polled() {
    let (queue, kept) = (RunQueue::new(), Rc::<RefCell<Option<Waker>>>::default());
    let (keeps, mut polls) = (Rc::clone(&kept), 0);
    queue.spawner().spawn(poll_fn(move |cx| {
        polls += 1;
        *keeps.borrow_mut() = Some(cx.waker().clone());
        if polls == 2 { Poll::Ready(()) } else { Poll::Pending }
    }));
    queue.spawner().spawn(async move {
        for _ in 0..100 {
            yield_now().await;
        }
        kept.borrow_mut().take().expect("the other task was polled").wake();
    });
    assert_eq!(queue.run(), 2 + 101, "two polls of the task that waits");
}

#[test]
fn three_wakes_before_a_poll_cause_one_poll() {
    let (queue, wakers) = (RunQueue::new(), Rc::<RefCell<Vec<Waker>>>::default());
    let polls = Rc::<Cell<u32>>::default();
    let (kept, counted) = (Rc::clone(&wakers), Rc::clone(&polls));
    queue.spawner().spawn(poll_fn(move |cx| {
        kept.borrow_mut().push(cx.waker().clone());
        counted.set(counted.get() + 1);
        if counted.get() == 3 { Poll::Ready(()) } else { Poll::Pending }
    }));
    queue.spawner().spawn(async move {
        for round in 1..=2 {
            let waker =
                wakers.borrow().last().expect("the other task was polled").clone();
            waker.wake_by_ref();
            waker.wake_by_ref();
            waker.wake();
            yield_now().await;
            assert_eq!(polls.get(), 1 + round, "polls after round {round}");
        }
    });
    queue.run();
}

#[test]
fn a_wake_during_the_poll_causes_one_more_poll() {
    let queue = RunQueue::new();
    let mut left = 10;
    queue.spawner().spawn(poll_fn(move |cx| {
        cx.waker().wake_by_ref();
        left -= 1;
        if left == 0 { Poll::Ready(()) } else { Poll::Pending }
    }));
    assert_eq!(queue.run(), 10, "polls: ten of one task");
    assert!(queue.is_empty(), "the task is done");
}

#[test]
fn run_woken_returns_although_a_task_wakes_itself_in_each_poll() {
    let (queue, polls) = (RunQueue::new(), Rc::<Cell<u32>>::default());
    let counted = Rc::clone(&polls);
    queue.spawner().spawn(poll_fn(move |cx| {
        counted.set(counted.get() + 1);
        assert!(counted.get() < 100, "run_woken polls this task again and again");
        cx.waker().wake_by_ref();
        Poll::<()>::Pending
    }));
    for round in 1..=3 {
        assert_eq!(
            (queue.run_woken(), polls.get()),
            (1, round),
            "polls in round {round}"
        );
    }
}

#[test]
fn a_wake_after_the_end_causes_no_poll() {
    let (queue, kept) = (RunQueue::new(), Rc::<RefCell<Option<Waker>>>::default());
    let (keeps, polls) = (Rc::clone(&kept), Cell::new(0));
    queue.spawner().spawn(poll_fn(move |cx| {
        assert_eq!(
            polls.replace(polls.get() + 1),
            0,
            "the task was polled after its end"
        );
        *keeps.borrow_mut() = Some(cx.waker().clone());
        Poll::Ready(())
    }));
    queue.spawner().spawn(async move {
        let late = kept.borrow_mut().take().expect("the other task was polled");
        late.wake_by_ref();
        yield_now().await;
        late.wake();
        yield_now().await;
    });
    assert_eq!(queue.run(), 4, "polls: one of the first task, and three of the second");
}

#[test]
fn a_task_may_spawn_another() {
    let (queue, done) = (RunQueue::new(), Rc::<Cell<bool>>::default());
    let (spawner, inner) = (queue.spawner(), Rc::clone(&done));
    queue.spawner().spawn(async move {
        spawner.spawn(async move { inner.set(true) });
    });
    assert_eq!((queue.run(), done.get()), (2, true), "polls, and whether the child ran");
}

#[test]
fn the_thread_sleeps_until_another_thread_wakes_a_task() {
    let queue = RunQueue::new();
    let (to_device, wakers) = mpsc::channel::<Waker>();
    let device = thread::spawn(move || wakers.recv().expect("the task sends it").wake());
    let mut polls = 0;
    queue.spawner().spawn(poll_fn(move |cx| {
        polls += 1;
        if polls == 2 {
            return Poll::Ready(());
        }
        to_device.send(cx.waker().clone()).expect("the device listens");
        Poll::Pending
    }));
    assert_eq!(queue.run(), 2, "polls: one before the wake, and one after it");
    device.join().expect("the device wakes the task");
}

#[test]
fn notify_waiters_wakes_each_waiting_task_once() {
    let (queue, notify) = (RunQueue::new(), Notify::new());
    let seen = Rc::<RefCell<Vec<u32>>>::default();
    for name in 0..3 {
        let (notified, seen) = (notify.notified(), Rc::clone(&seen));
        queue.spawner().spawn(async move {
            notified.await;
            seen.borrow_mut().push(name);
        });
    }
    queue.spawner().spawn(async move { notify.notify_waiters() });
    assert_eq!(
        queue.run(),
        3 + 1 + 3,
        "polls: two of each waiter, and one of the task that notifies"
    );
    assert_eq!(*seen.borrow(), [0, 1, 2], "the tasks in the order of their wakes");
}

#[test]
fn a_task_can_wait_for_many_others_with_join_all() {
    let (queue, done) =
        (RunQueue::new(), std::array::from_fn::<_, 4, _>(|_| Notify::new()));
    for notify in done.clone() {
        queue.spawner().spawn(async move {
            yield_now().await;
            notify.notify_one();
        });
    }
    let all = Rc::<Cell<bool>>::default();
    let seen = Rc::clone(&all);
    queue.spawner().spawn(async move {
        join_all(done.iter().map(Notify::notified).collect()).await;
        seen.set(true);
    });
    queue.run();
    assert!(all.get(), "`join_all` was ready");
}

#[test]
fn timeouts_run_on_the_queue_and_deadlines_drive_them() {
    let (queue, clock) = (RunQueue::new(), Clock::new());
    let results = Rc::<RefCell<Vec<_>>>::default();
    for (work, limit) in [(30, 20), (10, 20), (50, 60)] {
        let (clock, results) = (clock.clone(), Rc::clone(&results));
        queue.spawner().spawn(async move {
            let result = timeout(clock.sleep(work), clock.sleep(limit)).await;
            results.borrow_mut().push((clock.now(), result));
        });
    }
    // The loop of a runtime: poll what was woken, then go on to the next deadline.
    loop {
        queue.run_woken();
        if queue.is_empty() {
            break;
        }
        assert!(clock.advance(), "a task waits without a deadline");
    }
    assert_eq!(
        *results.borrow(),
        [(10, Ok(())), (20, Err(Elapsed)), (50, Ok(()))],
        "the tick at which each timeout has ended, and its result"
    );
}
