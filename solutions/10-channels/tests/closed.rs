//! The promises of the channel, above all those after `close`.

mod foreign;

use std::cell::RefCell;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

use channels_exercises::closed::{Closed, Sender, channel};

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
    assert_eq!(wakes.count(), 1, "all permits are free, so the receiver must be woken");
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
    assert_eq!(wakes.count(), 1, "all permits are free, so the receiver must be woken");
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
    assert_eq!(
        wakes.count(),
        1,
        "the permit goes to the next sender, which must be woken"
    );
    assert!(poll(second).is_ready());
}

#[test]
fn close_wakes_the_waiting_senders() {
    let ((sender, mut receiver), wakes) = (channel(1), Arc::<Wakes>::default());
    now(sender.reserve()).unwrap_or_else(|_| panic!("it is open")).send(7);
    let mut waiting = pin!(sender.reserve());
    assert!(poll_with(waiting.as_mut(), &wakes).is_pending());
    receiver.close();
    assert_eq!(wakes.count(), 1, "the sender that waits must be woken");
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

#[test]
fn a_permit_dropped_after_close_goes_to_no_sender() {
    let (sender, mut receiver) = channel::<u32>(1);
    let permit = now(sender.reserve()).unwrap_or_else(|_| panic!("it is open"));
    let mut waiting = pin!(sender.reserve());
    assert!(poll(waiting.as_mut()).is_pending());
    receiver.close();
    drop(permit);
    let refused = matches!(poll(waiting), Poll::Ready(Err(Closed)));
    assert!(refused, "the channel was closed while the sender waited");
    assert_eq!(now(receiver.recv()), None);
}

#[test]
fn a_waker_may_use_the_channel_during_close() {
    let (sender, mut receiver) = channel::<u32>(1);
    let sender: &'static Sender<u32> = Box::leak(Box::new(sender));
    let _permit = now(sender.reserve()).unwrap_or_else(|_| panic!("it is open"));
    let given_up = Rc::new(RefCell::new(None));
    let gives_up = Rc::clone(&given_up);
    // The waker of the first sender drops the reservation of the second one.
    let waker = foreign::waker(move || drop(gives_up.take()));
    let mut first = pin!(sender.reserve());
    assert!(first.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    let mut second = Box::pin(sender.reserve());
    assert!(poll(second.as_mut()).is_pending());
    given_up.replace(Some(second));
    receiver.close();
    foreign::check("the channel");
    assert!(given_up.take().is_none(), "the waker of the first sender was not woken");
}
