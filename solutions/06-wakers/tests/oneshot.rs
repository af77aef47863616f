//! What the channel promises.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Wake, Waker};
use std::thread;

use wakers::block_on;
use wakers_exercises::oneshot::{Closed, oneshot};

/// Counts its wakes.
#[derive(Default)]
struct Wakes(AtomicU32);

impl Wakes {
    fn count(&self) -> u32 {
        // Relaxed: there is one thread.
        self.0.load(Relaxed)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        // Relaxed: there is one thread.
        self.0.fetch_add(1, Relaxed);
    }
}

/// A waker whose clone does something first: it stands for another thread that
/// comes at that moment.
struct Meanwhile<'m>(&'m dyn Fn());

static MEANWHILE: RawWakerVTable = RawWakerVTable::new(
    |data| {
        // SAFETY: the test keeps it longer than its wakers.
        (unsafe { &*data.cast::<Meanwhile<'_>>() }.0)();
        RawWaker::new(data, &MEANWHILE)
    },
    |_| (),
    |_| (),
    |_| (),
);

impl Meanwhile<'_> {
    fn waker(&self) -> Waker {
        // SAFETY: the functions do nothing but call it, on the thread of the test.
        unsafe { Waker::new(std::ptr::from_ref(self).cast(), &MEANWHILE) }
    }
}

fn poll<F: Future>(future: Pin<&mut F>, waker: &Waker) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(waker))
}

#[test]
fn what_was_sent_is_received() {
    let (sender, receiver) = oneshot();
    sender.send(7);
    assert_eq!(poll(pin!(receiver), Waker::noop()), Poll::Ready(Ok(7)));
}

#[test]
fn who_sleeps_is_woken() {
    let (sender, receiver) = oneshot();
    let other = thread::spawn(move || block_on(receiver));
    sender.send(7);
    assert_eq!(other.join().expect("it receives"), Ok(7));
}

#[test]
fn the_waker_of_the_last_poll_is_woken() {
    let (sender, receiver) = oneshot();
    let mut receiver = pin!(receiver);
    let (old, new) = (Arc::<Wakes>::default(), Arc::<Wakes>::default());
    for wakes in [&old, &new] {
        let waker = Waker::from(Arc::clone(wakes));
        assert_eq!(poll(receiver.as_mut(), &waker), Poll::Pending);
    }
    sender.send(7);
    assert_eq!((old.count(), new.count()), (0, 1));
}

#[test]
fn what_is_sent_while_the_waker_is_left_is_not_missed() {
    let (sender, receiver) = oneshot();
    let sender = std::cell::Cell::new(Some(sender));
    let send = || sender.take().into_iter().for_each(|sender| sender.send(7));
    let meanwhile = Meanwhile(&send);
    let mut receiver = pin!(receiver);
    assert_eq!(poll(receiver.as_mut(), &meanwhile.waker()), Poll::Ready(Ok(7)));
}

#[test]
fn a_sender_that_is_dropped_wakes_too() {
    let (sender, receiver) = oneshot::<u32>();
    let (mut receiver, wakes) = (pin!(receiver), Arc::<Wakes>::default());
    let waker = Waker::from(Arc::clone(&wakes));
    assert_eq!(poll(receiver.as_mut(), &waker), Poll::Pending);
    drop(sender);
    assert_eq!(wakes.count(), 1, "wakes after the sender was dropped");
    assert_eq!(poll(receiver.as_mut(), &waker), Poll::Ready(Err(Closed)));
}

#[test]
fn one_value_wakes_once() {
    let (sender, receiver) = oneshot();
    let (mut receiver, wakes) = (pin!(receiver), Arc::<Wakes>::default());
    let waker = Waker::from(Arc::clone(&wakes));
    assert_eq!(poll(receiver.as_mut(), &waker), Poll::Pending);
    sender.send(7);
    assert_eq!(wakes.count(), 1);
}

#[test]
fn polled_after_its_end_it_panics() {
    for value in [Some(7), None] {
        let (sender, receiver) = oneshot();
        match value {
            Some(value) => sender.send(value),
            None => drop(sender),
        }
        let mut receiver = pin!(receiver);
        assert!(poll(receiver.as_mut(), Waker::noop()).is_ready());
        let again = AssertUnwindSafe(|| poll(receiver, Waker::noop()));
        assert!(catch_unwind(again).is_err(), "no panic, after {value:?} was sent");
    }
}

#[test]
fn a_receiver_that_is_dropped_harms_nobody() {
    let (sender, receiver) = oneshot();
    drop(receiver);
    sender.send(7);
}
