//! What the run queue promises.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::mpsc;
use std::task::{Poll, Waker};
use std::thread;

use wakers::Flag;
use wakers_exercises::run_queue::Tasks;

/// Pending once, having woken itself.
async fn give_way() {
    let mut given = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut given, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[test]
fn every_task_runs_to_its_end() {
    let (tasks, over) = (Tasks::new(), Rc::<Cell<u32>>::default());
    for _ in 0..5 {
        let over = Rc::clone(&over);
        tasks.spawner().spawn(async move {
            give_way().await;
            over.set(over.get() + 1);
        });
    }
    assert_eq!((tasks.run(), over.get()), (10, 5));
}

#[test]
fn who_was_woken_first_is_polled_first() {
    let (tasks, seen) = (Tasks::new(), Rc::<RefCell<Vec<u32>>>::default());
    for name in 0..3 {
        let seen = Rc::clone(&seen);
        tasks.spawner().spawn(async move {
            seen.borrow_mut().push(name);
            give_way().await;
            seen.borrow_mut().push(name);
        });
    }
    tasks.run();
    assert_eq!(*seen.borrow(), [0, 1, 2, 0, 1, 2]);
}

#[test]
fn who_waits_is_not_polled() {
    static FLAG: std::sync::LazyLock<Flag> = std::sync::LazyLock::new(Flag::new);
    let tasks = Tasks::new();
    tasks.spawner().spawn(async {
        for _ in 0..100 {
            give_way().await;
        }
        FLAG.raise();
    });
    tasks.spawner().spawn(FLAG.wait());
    assert_eq!(tasks.run(), 101 + 2);
}

#[test]
fn two_wakes_are_one_poll() {
    let (tasks, wakers) = (Tasks::new(), Rc::<RefCell<Vec<Waker>>>::default());
    let polls = Rc::<Cell<u32>>::default();
    let (kept, counted) = (Rc::clone(&wakers), Rc::clone(&polls));
    tasks.spawner().spawn(poll_fn(move |cx| {
        kept.borrow_mut().push(cx.waker().clone());
        counted.set(counted.get() + 1);
        if counted.get() == 3 { Poll::Ready(()) } else { Poll::Pending }
    }));
    tasks.spawner().spawn(async move {
        for woken in 1..=2 {
            let waker = wakers.borrow().last().expect("it was polled").clone();
            waker.wake_by_ref();
            waker.wake_by_ref();
            waker.wake();
            give_way().await;
            assert_eq!(polls.get(), 1 + woken, "one for the three wakes");
        }
    });
    tasks.run();
}

#[test]
fn a_wake_during_the_poll_is_a_poll() {
    let tasks = Tasks::new();
    let mut left = 10;
    tasks.spawner().spawn(poll_fn(move |cx| {
        cx.waker().wake_by_ref();
        left -= 1;
        if left == 0 { Poll::Ready(()) } else { Poll::Pending }
    }));
    assert_eq!(tasks.run(), 10);
}

#[test]
fn a_wake_after_the_end_polls_nobody() {
    let (tasks, kept) = (Tasks::new(), Rc::<RefCell<Option<Waker>>>::default());
    let (keeps, polls) = (Rc::clone(&kept), Cell::new(0));
    tasks.spawner().spawn(poll_fn(move |cx| {
        assert_eq!(polls.replace(polls.get() + 1), 0, "polled after its end");
        *keeps.borrow_mut() = Some(cx.waker().clone());
        Poll::Ready(())
    }));
    tasks.spawner().spawn(async move {
        let late = kept.borrow_mut().take().expect("it was polled");
        late.wake_by_ref();
        give_way().await;
        late.wake();
        give_way().await;
    });
    assert_eq!(tasks.run(), 4);
}

#[test]
fn a_task_may_spawn() {
    let (tasks, over) = (Tasks::new(), Rc::<Cell<bool>>::default());
    let (spawner, inner) = (tasks.spawner(), Rc::clone(&over));
    tasks.spawner().spawn(async move {
        spawner.spawn(async move { inner.set(true) });
    });
    assert_eq!((tasks.run(), over.get()), (2, true));
}

#[test]
fn it_sleeps_until_another_thread_wakes_it() {
    let (tasks, flag) = (Tasks::new(), std::sync::Arc::new(Flag::new()));
    let (to_device, begin) = mpsc::channel();
    let device = thread::spawn({
        let flag = std::sync::Arc::clone(&flag);
        move || {
            begin.recv().expect("the task says when");
            flag.raise();
        }
    });
    tasks.spawner().spawn(async move {
        let _ = to_device.send(());
        flag.wait().await;
    });
    assert!(tasks.run() <= 2);
    device.join().expect("it raises the flag");
}

#[test]
fn without_tasks_it_returns_at_once() {
    assert_eq!(Tasks::new().run(), 0);
}
