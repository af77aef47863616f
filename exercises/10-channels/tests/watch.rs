//! The promises of the channel that keeps only the newest value.

mod foreign;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

use channels::Executor;
use channels_exercises::watch::{Dropped, Receiver, channel};

/// A waker that counts its wakes.
#[derive(Default)]
struct Wakes(AtomicU32);

impl Wakes {
    fn count(&self) -> u32 {
        // Relaxed: the test has only one thread.
        self.0.load(Relaxed)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        // Relaxed: the test has only one thread.
        self.0.fetch_add(1, Relaxed);
    }
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn poll_with<F: Future>(future: Pin<&mut F>, wakes: &Arc<Wakes>) -> Poll<F::Output> {
    let waker = Waker::from(Arc::clone(wakes));
    future.poll(&mut Context::from_waker(&waker))
}

#[test]
fn a_change_wakes_the_receiver_which_gets_the_new_value() {
    let ((sender, mut receiver), wakes) = (channel(1), Arc::<Wakes>::default());
    let mut changed = pin!(receiver.changed());
    assert_eq!(poll_with(changed.as_mut(), &wakes), Poll::Pending);
    sender.send(2);
    assert_eq!(wakes.count(), 1, "the wakes of the receiver");
    assert_eq!(poll(changed), Poll::Ready(Ok(2)));
}

#[test]
fn a_change_before_the_call_is_not_missed() {
    let (sender, mut receiver) = channel(1);
    sender.send(2);
    assert_eq!(poll(pin!(receiver.changed())), Poll::Ready(Ok(2)));
    assert_eq!(poll(pin!(receiver.changed())), Poll::Pending);
}

#[test]
fn only_the_newest_value_is_seen() {
    let (sender, mut receiver) = channel(1);
    for value in 2..=5 {
        sender.send(value);
    }
    assert_eq!(poll(pin!(receiver.changed())), Poll::Ready(Ok(5)));
    assert_eq!(poll(pin!(receiver.changed())), Poll::Pending);
    assert_eq!(receiver.get(), 5);
}

#[test]
fn every_receiver_sees_every_change_once() {
    let (sender, mut first) = channel(1);
    let mut second = first.clone();
    let wakes = [Arc::<Wakes>::default(), Arc::default()];
    assert_eq!(poll_with(pin!(first.changed()), &wakes[0]), Poll::Pending);
    assert_eq!(poll_with(pin!(second.changed()), &wakes[1]), Poll::Pending);
    sender.send(2);
    let wakes = [wakes[0].count(), wakes[1].count()];
    assert_eq!(wakes, [1, 1], "the wakes of the two receivers");
    assert_eq!(poll(pin!(first.changed())), Poll::Ready(Ok(2)));
    assert_eq!(poll(pin!(second.changed())), Poll::Ready(Ok(2)));
}

#[test]
fn a_dropped_wait_has_not_seen_the_change() {
    let (sender, mut receiver) = channel(1);
    {
        let mut changed = pin!(receiver.changed());
        assert_eq!(poll(changed.as_mut()), Poll::Pending);
        sender.send(2);
    }
    assert_eq!(poll(pin!(receiver.changed())), Poll::Ready(Ok(2)));
}

#[test]
fn the_last_value_is_seen_before_the_end() {
    let ((sender, mut receiver), wakes) = (channel(1), Arc::<Wakes>::default());
    sender.send(2);
    drop(sender);
    assert_eq!(poll(pin!(receiver.changed())), Poll::Ready(Ok(2)));
    assert_eq!(poll_with(pin!(receiver.changed()), &wakes), Poll::Ready(Err(Dropped)));
}

#[test]
fn dropping_the_sender_wakes_the_receivers() {
    let ((sender, mut receiver), wakes) = (channel(1), Arc::<Wakes>::default());
    let mut changed = pin!(receiver.changed());
    assert_eq!(poll_with(changed.as_mut(), &wakes), Poll::Pending);
    drop(sender);
    assert_eq!(wakes.count(), 1, "the wakes of the receiver");
    assert_eq!(poll(changed), Poll::Ready(Err(Dropped)));
}

#[test]
fn tasks_follow_a_total() {
    let (executor, (sender, mut receiver)) = (Executor::new(), channel(0));
    drop(executor.spawner().spawn(async move {
        for total in 1..=10 {
            sender.send(total);
        }
    }));
    let last = executor.block_on(async {
        let mut last = 0;
        while let Ok(total) = receiver.changed().await {
            assert!(total > last, "the total {total} came after {last}");
            last = total;
        }
        last
    });
    assert_eq!(last, 10, "the last total");
}

#[test]
fn a_task_that_polls_several_times_is_woken_once() {
    let ((sender, mut receiver), wakes) = (channel(1), Arc::<Wakes>::default());
    for _ in 0..10 {
        assert_eq!(poll_with(pin!(receiver.changed()), &wakes), Poll::Pending);
    }
    sender.send(2);
    assert_eq!(wakes.count(), 1, "one change wakes the task once");
}

#[test]
fn a_waker_may_use_the_channel() {
    let (sender, mut receiver) = channel(1);
    let other = receiver.clone();
    // Another receiver of the channel waits in each function of the waker.
    let waker = foreign::waker(move || {
        let mut other = other.clone();
        while let Poll::Ready(Ok(_)) = poll(pin!(other.changed())) {}
    });
    let mut changed = pin!(receiver.changed());
    let cx = &mut Context::from_waker(&waker);
    assert_eq!(changed.as_mut().poll(cx), Poll::Pending);
    foreign::check("the channel");
    sender.send(2);
    foreign::check("the channel");
    assert_eq!(changed.poll(cx), Poll::Ready(Ok(2)));
}

#[test]
fn a_change_while_the_waker_is_cloned_is_not_missed() {
    let (sender, mut receiver) = channel(1);
    let runs = Rc::<Cell<u32>>::default();
    let counted = Rc::clone(&runs);
    let waker = foreign::waker(move || {
        counted.set(counted.get() + 1);
        if counted.get() == 1 {
            sender.send(2);
        }
    });
    let polled = pin!(receiver.changed()).poll(&mut Context::from_waker(&waker));
    let woken = runs.get() > 1;
    assert!(polled.is_ready() || woken, "the value has changed, and the receiver waits");
}

thread_local! {
    /// The receiver that the destructor of an old value uses, and what it has seen.
    static READER: Cell<Option<Receiver<Letter>>> = const { Cell::new(None) };
    static SEEN: Cell<Option<u32>> = const { Cell::new(None) };
}

#[derive(Clone)]
struct Letter(u32);

impl Drop for Letter {
    fn drop(&mut self) {
        if let Some(receiver) = READER.take() {
            SEEN.set(catch_unwind(AssertUnwindSafe(|| receiver.get().0)).ok());
        }
    }
}

#[test]
fn the_destructor_of_an_old_value_may_use_the_channel() {
    let (sender, receiver) = channel(Letter(1));
    READER.set(Some(receiver));
    sender.send(Letter(2));
    assert_eq!(SEEN.get(), Some(2), "the value that the destructor has seen");
}
