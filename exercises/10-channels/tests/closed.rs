//! The promises of the channel, above all those after `close`.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

use channels_exercises::closed::{Closed, channel};

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

/// The output of a future that is ready at its first poll.
fn now<F: Future>(future: F) -> F::Output {
    let Poll::Ready(output) = poll(pin!(future)) else { panic!("it is pending") };
    output
}

#[test]
fn a_message_frees_its_room_when_it_is_received() {
    let (sender, mut receiver) = channel(1);
    now(sender.reserve()).unwrap_or_else(|_| panic!("it is open")).send(7);
    let mut waiting = pin!(sender.reserve());
    assert!(poll(waiting.as_mut()).is_pending());
    assert_eq!(now(receiver.recv()), Some(7));
    assert!(poll(waiting).is_ready());
}

#[test]
fn what_was_reserved_before_close_can_be_sent_and_received() {
    let (sender, mut receiver) = channel(2);
    let permit = now(sender.reserve()).unwrap_or_else(|_| panic!("it is open"));
    receiver.close();
    assert!(now(sender.reserve()).is_err());
    assert!(poll(pin!(receiver.recv())).is_pending(), "a permit is still out");
    permit.send(7);
    assert_eq!(now(receiver.recv()), Some(7));
    assert_eq!(now(receiver.recv()), None);
}

#[test]
fn a_permit_dropped_after_close_wakes_the_receiver() {
    let ((sender, mut receiver), wakes) = (channel::<u32>(1), Arc::<Wakes>::default());
    let permit = now(sender.reserve()).unwrap_or_else(|_| panic!("it is open"));
    receiver.close();
    assert!(poll_with(pin!(receiver.recv()), &wakes).is_pending());
    drop(permit);
    assert_eq!(wakes.count(), 1);
    assert_eq!(now(receiver.recv()), None);
}

#[test]
fn a_reservation_dropped_with_its_permit_wakes_the_receiver() {
    let ((sender, mut receiver), wakes) = (channel(1), Arc::<Wakes>::default());
    let permit = now(sender.reserve()).unwrap_or_else(|_| panic!("it is open"));
    let mut waiting = Box::pin(sender.reserve());
    assert!(poll(waiting.as_mut()).is_pending());
    permit.send(7);
    assert_eq!(now(receiver.recv()), Some(7));
    receiver.close();
    assert!(poll_with(pin!(receiver.recv()), &wakes).is_pending());
    drop(waiting);
    assert_eq!(wakes.count(), 1);
    assert_eq!(now(receiver.recv()), None);
}

#[test]
fn a_reservation_dropped_with_its_permit_passes_it_on() {
    let ((sender, mut receiver), wakes) = (channel(1), Arc::<Wakes>::default());
    now(sender.reserve()).unwrap_or_else(|_| panic!("it is open")).send(7);
    let (mut first, mut second) = (Box::pin(sender.reserve()), pin!(sender.reserve()));
    assert!(poll(first.as_mut()).is_pending());
    assert!(poll_with(second.as_mut(), &wakes).is_pending());
    assert_eq!(now(receiver.recv()), Some(7));
    drop(first);
    assert_eq!(wakes.count(), 1);
    assert!(poll(second).is_ready());
}

#[test]
fn close_wakes_the_waiting_senders() {
    let ((sender, mut receiver), wakes) = (channel(1), Arc::<Wakes>::default());
    now(sender.reserve()).unwrap_or_else(|_| panic!("it is open")).send(7);
    let mut waiting = pin!(sender.reserve());
    assert!(poll_with(waiting.as_mut(), &wakes).is_pending());
    receiver.close();
    assert_eq!(wakes.count(), 1);
    assert!(matches!(poll(waiting), Poll::Ready(Err(Closed))));
    assert_eq!(now(receiver.recv()), Some(7));
}

#[test]
fn the_receiver_waits_for_the_last_of_several_permits() {
    let ((sender, mut receiver), wakes) = (channel::<u32>(2), Arc::<Wakes>::default());
    let first = now(sender.reserve()).unwrap_or_else(|_| panic!("it is open"));
    let last = now(sender.reserve()).unwrap_or_else(|_| panic!("it is open"));
    receiver.close();
    assert!(poll_with(pin!(receiver.recv()), &wakes).is_pending());
    drop(first);
    assert!(poll_with(pin!(receiver.recv()), &wakes).is_pending());
    last.send(7);
    assert_eq!(now(receiver.recv()), Some(7));
    assert_eq!(now(receiver.recv()), None);
}
