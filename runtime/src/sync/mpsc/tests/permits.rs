//! The limit of a bounded channel.

use crate::sync::{
    mpsc::{
        channel,
        error::{SendTimeoutError, TrySendError},
    },
    testing::{Count, at_once, poll, poll_once},
};
use std::{pin::pin, task::Poll, time::Duration};

#[test]
fn senders_to_a_full_channel_send_in_the_order_in_which_they_came() {
    let (sender, mut receiver) = channel(1);
    at_once(sender.send(0)).unwrap();
    assert_eq!(sender.try_send(9), Err(TrySendError::Full(9)));
    let (waker, count) = Count::waker();
    let mut first = pin!(sender.send(1));
    let mut second = pin!(sender.send(2));
    assert!(poll(first.as_mut(), &waker).is_pending());
    assert!(poll(second.as_mut(), &waker).is_pending());

    assert_eq!(at_once(receiver.recv()), Some(0));
    assert_eq!(
        count.wakes(),
        1,
        "one message is received, so one sender is woken"
    );
    assert!(
        poll_once(second.as_mut()).is_pending(),
        "the first sender has the space"
    );
    assert_eq!(sender.try_send(9), Err(TrySendError::Full(9)));
    assert_eq!(poll_once(first), Poll::Ready(Ok(())));
    assert_eq!(at_once(receiver.recv()), Some(1));
    assert_eq!(poll_once(second), Poll::Ready(Ok(())));
    assert_eq!(at_once(receiver.recv()), Some(2));
}

#[test]
fn a_cancelled_send_passes_its_permit_to_the_next_sender() {
    let (sender, mut receiver) = channel(1);
    at_once(sender.send(0)).unwrap();
    let (waker, count) = Count::waker();
    let mut first = Box::pin(sender.send(1));
    let mut second = pin!(sender.send(2));
    assert!(poll_once(first.as_mut()).is_pending());
    assert!(poll(second.as_mut(), &waker).is_pending());
    assert_eq!(at_once(receiver.recv()), Some(0));
    assert_eq!(count.wakes(), 0);
    drop(first);
    assert_eq!(count.wakes(), 1);
    assert!(poll_once(second).is_ready());
}

#[test]
fn a_permit_reserves_space_that_no_other_sender_gets() {
    let (sender, mut receiver) = channel(2);
    let permit = at_once(sender.reserve()).unwrap();
    assert_eq!(sender.capacity(), 1);
    at_once(sender.send(1)).unwrap();
    assert!(sender.try_reserve().is_err());
    permit.send(2);
    assert_eq!(at_once(receiver.recv()), Some(1));
    assert_eq!(at_once(receiver.recv()), Some(2));
    drop(at_once(sender.reserve()));
    assert_eq!(sender.capacity(), 2);
}

#[test]
fn reserve_many_gives_unused_permits_back() {
    let (sender, mut receiver) = channel(3);
    let mut permits = at_once(sender.reserve_many(3)).unwrap();
    assert_eq!((permits.len(), sender.capacity()), (3, 0));
    permits.next().unwrap().send(1);
    drop(permits);
    assert_eq!(sender.capacity(), 2);
    assert_eq!(at_once(receiver.recv()), Some(1));
    assert!(
        at_once(sender.reserve_many(4)).is_err(),
        "the channel is never that large"
    );
}

#[test]
fn an_owned_permit_returns_its_sender() {
    let (sender, mut receiver) = channel(1);
    let permit = at_once(sender.reserve_owned()).unwrap();
    let sender = permit.send(1);
    let Err(TrySendError::Full(sender)) = sender.try_reserve_owned() else {
        panic!("the channel is full")
    };
    assert_eq!(at_once(receiver.recv()), Some(1));
    let sender = sender.try_reserve_owned().unwrap().release();
    assert_eq!(sender.capacity(), 1);
    drop(sender.try_reserve_owned().unwrap());
    assert_eq!(at_once(receiver.recv()), None);
}

#[test]
fn send_timeout_gives_up_when_the_time_is_up() {
    let runtime = crate::Runtime::new().unwrap();
    runtime.block_on(async {
        crate::time::pause();
        let (sender, receiver) = channel(1);
        let limit = Duration::from_secs(1);
        assert_eq!(sender.send_timeout(1, limit).await, Ok(()));
        let timed_out = Err(SendTimeoutError::Timeout(2));
        assert_eq!(sender.send_timeout(2, limit).await, timed_out);
        drop(receiver);
        let closed = Err(SendTimeoutError::Closed(3));
        assert_eq!(sender.send_timeout(3, limit).await, closed);
    });
}

#[test]
fn an_owned_permit_knows_its_channel() {
    let (sender, _receiver) = channel::<()>(2);
    let (other, _other_receiver) = channel::<()>(1);
    let [first, second] = [(); 2].map(|()| sender.clone().try_reserve_owned().unwrap());
    let foreign = other.clone().try_reserve_owned().unwrap();
    assert!(first.same_channel(&second) && !first.same_channel(&foreign));
    assert!(first.same_channel_as_sender(&sender));
    assert!(!first.same_channel_as_sender(&other));
}

#[test]
fn a_permit_iterator_says_how_many_permits_remain() {
    let (sender, mut receiver) = channel(3);
    let mut permits = sender.try_reserve_many(3).unwrap();
    assert_eq!(permits.size_hint(), (3, Some(3)));
    permits.next().unwrap().send(1);
    drop(permits.next());
    assert_eq!((permits.len(), sender.capacity()), (1, 1));
    permits.next().unwrap().send(2);
    assert!(permits.next().is_none());
    drop(permits);
    assert_eq!(sender.capacity(), 1);
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(receiver.try_recv(), Ok(2));
    assert_eq!((receiver.capacity(), receiver.max_capacity()), (3, 3));
}

#[test]
fn reserving_zero_permits_succeeds_on_a_full_channel() {
    let (sender, receiver) = channel(1);
    sender.try_send(1).unwrap();
    assert_eq!(sender.try_reserve_many(0).unwrap().len(), 0);
    assert_eq!(at_once(sender.reserve_many(0)).unwrap().len(), 0);
    drop(receiver);
    assert!(sender.try_reserve_many(0).is_err());
}
