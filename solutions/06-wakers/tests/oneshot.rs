//! The promises of the channel.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Wake, Waker};
use std::thread;

use wakers::block_on;
use wakers_exercises::oneshot::{Closed, Receiver, Sender, oneshot};

/// Counts the wakes of its wakers.
#[derive(Default)]
struct Wakes(AtomicU32);

impl Wakes {
    fn count(&self) -> u32 {
        // Relaxed: all is on one thread.
        self.0.load(Relaxed)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        // Relaxed: all is on one thread.
        self.0.fetch_add(1, Relaxed);
    }
}

/// A waker that runs code of the test when it is cloned. The code stands for another
/// thread that comes at that moment.
struct OnClone<'c>(&'c dyn Fn());

static ON_CLONE: RawWakerVTable = RawWakerVTable::new(
    |data| {
        // SAFETY: the test keeps the `OnClone` longer than its wakers.
        (unsafe { &*data.cast::<OnClone<'_>>() }.0)();
        RawWaker::new(data, &ON_CLONE)
    },
    |_| (),
    |_| (),
    |_| (),
);

impl OnClone<'_> {
    fn waker(&self) -> Waker {
        // SAFETY: the functions only call the closure, on the thread of the test.
        unsafe { Waker::new(std::ptr::from_ref(self).cast(), &ON_CLONE) }
    }
}

fn poll<F: Future>(future: Pin<&mut F>, waker: &Waker) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(waker))
}

#[test]
fn a_value_that_was_sent_is_received() {
    let (sender, receiver) = oneshot();
    sender.send(7);
    assert_eq!(poll(pin!(receiver), Waker::noop()), Poll::Ready(Ok(7)));
}

#[test]
fn a_sleeping_receiver_is_woken() {
    let (sender, receiver) = oneshot();
    let other = thread::spawn(move || block_on(receiver));
    sender.send(7);
    assert_eq!(other.join().expect("the other thread receives"), Ok(7));
}

#[test]
fn the_waker_of_the_latest_poll_is_woken() {
    let (sender, receiver) = oneshot();
    let mut receiver = pin!(receiver);
    let (old, new) = (Arc::<Wakes>::default(), Arc::<Wakes>::default());
    for wakes in [&old, &new] {
        let waker = Waker::from(Arc::clone(wakes));
        assert_eq!(poll(receiver.as_mut(), &waker), Poll::Pending);
    }
    sender.send(7);
    assert_eq!((old.count(), new.count()), (0, 1), "wakes of the old and new task");
}

#[test]
fn a_value_sent_during_the_registration_is_not_missed() {
    let (sender, receiver) = oneshot();
    let sender = std::cell::Cell::new(Some(sender));
    let send = || sender.take().into_iter().for_each(|sender| sender.send(7));
    let on_clone = OnClone(&send);
    let mut receiver = pin!(receiver);
    assert_eq!(poll(receiver.as_mut(), &on_clone.waker()), Poll::Ready(Ok(7)));
}

#[test]
fn dropping_the_sender_wakes_the_receiver() {
    let (sender, receiver) = oneshot::<u32>();
    let (mut receiver, wakes) = (pin!(receiver), Arc::<Wakes>::default());
    let waker = Waker::from(Arc::clone(&wakes));
    assert_eq!(poll(receiver.as_mut(), &waker), Poll::Pending);
    drop(sender);
    assert_eq!(wakes.count(), 1, "wakes after the sender was dropped");
    assert_eq!(poll(receiver.as_mut(), &waker), Poll::Ready(Err(Closed)));
}

#[test]
fn one_value_causes_one_wake() {
    let (sender, receiver) = oneshot();
    let (mut receiver, wakes) = (pin!(receiver), Arc::<Wakes>::default());
    let waker = Waker::from(Arc::clone(&wakes));
    assert_eq!(poll(receiver.as_mut(), &waker), Poll::Pending);
    sender.send(7);
    assert_eq!(wakes.count(), 1, "wakes after one value");
}

#[test]
fn a_poll_after_the_end_panics() {
    for value in [Some(7), None] {
        let (sender, receiver) = oneshot();
        match value {
            Some(value) => sender.send(value),
            None => drop(sender),
        }
        let mut receiver = pin!(receiver);
        assert!(poll(receiver.as_mut(), Waker::noop()).is_ready());
        let again = AssertUnwindSafe(|| poll(receiver, Waker::noop()));
        assert!(
            catch_unwind(again).is_err(),
            "it did not panic after {value:?} was sent"
        );
    }
}

#[test]
fn sending_without_a_receiver_is_harmless() {
    let (sender, receiver) = oneshot();
    drop(receiver);
    sender.send(7);
}

/// A waker that polls the receiver at once, as an executor on another thread may do.
#[derive(Default)]
struct PollsAtOnce {
    receiver: Mutex<Option<Pin<Box<Receiver<i32>>>>>,
    polled: Mutex<Vec<Poll<Result<i32, Closed>>>>,
}

impl Wake for PollsAtOnce {
    fn wake(self: Arc<Self>) {
        let mut receiver = self.receiver.lock().expect("no poll panics");
        let Some(waiting) = receiver.as_mut() else { return };
        let polled = poll(waiting.as_mut(), Waker::noop());
        if polled.is_ready() {
            *receiver = None;
        }
        self.polled.lock().expect("no poll panics").push(polled);
    }
}

/// Registers the waker, acts on the sender, and returns what the waker's poll saw.
fn polled_at_the_wake(act: impl FnOnce(Sender<i32>)) -> Vec<Poll<Result<i32, Closed>>> {
    let waker = Arc::new(PollsAtOnce::default());
    let (sender, receiver) = oneshot();
    let mut receiver = Box::pin(receiver);
    assert!(poll(receiver.as_mut(), &Waker::from(Arc::clone(&waker))).is_pending());
    *waker.receiver.lock().expect("no poll panics") = Some(receiver);
    act(sender);
    waker.polled.lock().expect("no poll panics").clone()
}

#[test]
fn the_value_is_there_when_the_receiver_is_woken() {
    let polled = polled_at_the_wake(|sender| sender.send(7));
    assert_eq!(polled, [Poll::Ready(Ok(7))], "what the woken receiver saw");
}

#[test]
fn the_channel_is_closed_when_the_receiver_is_woken() {
    let polled = polled_at_the_wake(drop);
    assert_eq!(polled, [Poll::Ready(Err(Closed))], "what the woken receiver saw");
}
