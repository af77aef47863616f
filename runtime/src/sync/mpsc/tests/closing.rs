//! The end of a channel, from both sides.

use crate::sync::{
    mpsc::{Sender, UnboundedReceiver, channel, error::TrySendError, unbounded_channel},
    oneshot,
    testing::{Count, at_once, poll, poll_once},
};
use std::{
    any::Any,
    pin::{Pin, pin},
    rc::Rc,
    sync::Arc,
    task::{Poll, Waker},
};

#[test]
fn recv_returns_none_after_the_last_message_when_all_senders_are_dropped() {
    let (sender, mut receiver) = channel(4);
    let clone = sender.clone();
    at_once(sender.send(1)).unwrap();
    drop(sender);
    at_once(clone.send(2)).unwrap();
    let (waker, count) = Count::waker();
    assert_eq!(at_once(receiver.recv()), Some(1));
    assert_eq!(at_once(receiver.recv()), Some(2));
    let mut end = pin!(receiver.recv());
    assert!(poll(end.as_mut(), &waker).is_pending());
    drop(clone);
    assert_eq!(count.wakes(), 1);
    assert_eq!(poll_once(end), Poll::Ready(None));
}

#[test]
fn a_dropped_receiver_ends_every_wait_and_returns_the_messages() {
    let (sender, receiver) = channel(1);
    at_once(sender.send(0)).unwrap();
    let mut waits = pin!(sender.send(1));
    let mut closed = pin!(sender.closed());
    assert!(poll_once(waits.as_mut()).is_pending());
    assert!(poll_once(closed.as_mut()).is_pending());
    drop(receiver);
    assert!(poll_once(closed).is_ready());
    let Poll::Ready(Err(error)) = poll_once(waits) else {
        panic!("the receiver is dropped")
    };
    assert_eq!(error.0, 1);
    assert_eq!(sender.try_send(2), Err(TrySendError::Closed(2)));
    assert!(sender.is_closed());
}

#[test]
fn unreceived_messages_are_dropped_with_the_receiver() {
    let message = Rc::new(());
    let (sender, receiver) = unbounded_channel();
    for _ in 0..100 {
        sender.send(Rc::clone(&message)).unwrap();
    }
    assert_eq!(Rc::strong_count(&message), 101);
    drop(receiver);
    assert_eq!(Rc::strong_count(&message), 1);
    assert!(sender.send(Rc::clone(&message)).is_err());
    assert_eq!(Rc::strong_count(&message), 1);
}

#[test]
fn permits_reserved_before_close_can_be_used() {
    let (sender, mut receiver) = channel(2);
    let used = sender.try_reserve().unwrap();
    let unused = sender.try_reserve().unwrap();
    receiver.close();
    assert_eq!(sender.try_send(9), Err(TrySendError::Closed(9)));
    let (waker, count) = Count::waker();
    {
        let mut recv = pin!(receiver.recv());
        assert!(poll(recv.as_mut(), &waker).is_pending());
        used.send(1);
        assert_eq!(count.wakes(), 1);
        assert_eq!(poll_once(recv), Poll::Ready(Some(1)));
    }
    let mut recv = pin!(receiver.recv());
    assert!(poll(recv.as_mut(), &waker).is_pending());
    drop(unused);
    assert_eq!(count.wakes(), 2);
    assert_eq!(poll_once(recv), Poll::Ready(None));
}

#[test]
fn a_cancelled_wait_for_space_wakes_a_closed_receiver() {
    type Wait<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;
    let waits: [for<'a> fn(&'a Sender<()>) -> Wait<'a>; 4] = [
        |sender| Box::pin(async { sender.send(()).await.unwrap() }),
        |sender| Box::pin(async { drop(sender.reserve().await.unwrap()) }),
        |sender| Box::pin(async { drop(sender.reserve_many(1).await.unwrap()) }),
        |sender| Box::pin(async { drop(sender.clone().reserve_owned().await.unwrap()) }),
    ];
    for wait in waits {
        let (sender, mut receiver) = channel::<()>(1);
        let permit = sender.try_reserve().unwrap();
        let mut wait = wait(&sender);
        assert!(poll_once(wait.as_mut()).is_pending());
        // The wait has been given the permit and has not been polled since.
        drop(permit);
        receiver.close();
        let (waker, count) = Count::waker();
        let mut end = pin!(receiver.recv());
        assert!(poll(end.as_mut(), &waker).is_pending());
        drop(wait);
        assert_eq!(count.wakes(), 1, "the last permit has come back");
        assert_eq!(poll_once(end), Poll::Ready(None));
    }
}

#[test]
fn every_returned_permit_wakes_a_closed_receiver_that_waits() {
    let (sender, mut receiver) = channel::<()>(3);
    let permits = [(); 3].map(|()| sender.try_reserve().unwrap());
    receiver.close();
    let (waker, count) = Count::waker();
    let mut end = pin!(receiver.recv());
    for (returned, permit) in permits.into_iter().enumerate() {
        assert!(poll(end.as_mut(), &waker).is_pending());
        drop(permit);
        assert_eq!(count.wakes(), returned + 1);
    }
    assert_eq!(poll_once(end), Poll::Ready(None));
}

#[test]
fn a_dropped_receiver_keeps_no_waker() {
    let (waker, count) = Count::waker();
    let wakers = || Arc::strong_count(&count) - 1;
    let wait = |waker: &Waker, receiver: &mut UnboundedReceiver<i32>| {
        assert!(poll(pin!(receiver.recv()), waker).is_pending());
    };

    let (sender, mut receiver) = unbounded_channel();
    wait(&waker, &mut receiver);
    assert_eq!(wakers(), 2);
    drop(receiver);
    assert_eq!(wakers(), 1, "the receiver was waiting");
    assert!(sender.send(1).is_err());

    let (sender, mut receiver) = unbounded_channel();
    wait(&waker, &mut receiver);
    sender.send(1).unwrap();
    drop(receiver);
    assert_eq!(wakers(), 1, "a message has come");

    let (sender, mut receiver) = channel(1);
    let permit = sender.try_reserve().unwrap();
    assert!(poll(pin!(receiver.recv()), &waker).is_pending());
    drop(receiver);
    assert_eq!(wakers(), 1, "a permit exists");
    permit.send(1);
}

#[test]
fn a_weak_sender_does_not_keep_the_channel_open() {
    let (sender, mut receiver) = unbounded_channel();
    let weak = sender.downgrade();
    weak.upgrade().unwrap().send(1).unwrap();
    drop(sender);
    assert!(weak.upgrade().is_none());
    assert_eq!(at_once(receiver.recv()), Some(1));
    assert_eq!(at_once(receiver.recv()), None);

    let (sender, receiver) = channel::<()>(1);
    let weak = sender.downgrade();
    assert!(
        weak.upgrade()
            .is_some_and(|other| other.same_channel(&sender))
    );
    drop(receiver);
    assert!(weak.upgrade().is_some_and(|sender| sender.is_closed()));
}

#[test]
fn a_panicking_message_does_not_keep_others_from_being_dropped() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("a message's destructor");
        }
    }
    let (sender, receiver) = unbounded_channel::<Box<dyn Any>>();
    let (ask, answer) = oneshot::channel::<()>();
    assert!(sender.send(Box::new(Panics)).is_ok());
    assert!(sender.send(Box::new(ask)).is_ok());
    drop(receiver);
    // The sender still exists, so the channel does, too.
    assert!(at_once(answer).is_err());
    drop(sender);
}

#[test]
fn close_is_final_and_can_be_repeated() {
    let (sender, mut receiver) = channel(2);
    sender.try_send(1).unwrap();
    assert!(!receiver.is_closed());
    receiver.close();
    receiver.close();
    assert!(receiver.is_closed() && sender.is_closed());
    assert_eq!(sender.try_send(2), Err(TrySendError::Closed(2)));
    assert_eq!(at_once(receiver.recv()), Some(1));
    assert_eq!(at_once(receiver.recv()), None);
    assert_eq!(at_once(receiver.recv()), None, "the end stays");
}

#[test]
fn a_receiver_is_closed_when_all_senders_are_dropped() {
    let (sender, receiver) = unbounded_channel::<()>();
    let weak = sender.downgrade();
    assert!(!receiver.is_closed());
    drop(sender);
    assert!(receiver.is_closed());
    assert!(weak.upgrade().is_none());
}
