use crate::sync::{
    testing::{Count, at_once, poll, poll_once},
    watch::channel,
};
use std::{pin::pin, sync::Arc, task::Poll};

#[test]
fn the_initial_value_counts_as_seen() {
    let (sender, mut receiver) = channel(1);
    assert_eq!(receiver.has_changed(), Ok(false));
    assert_eq!(*receiver.borrow(), 1);
    sender.send(2).unwrap();
    assert_eq!(receiver.has_changed(), Ok(true));
    assert!(receiver.borrow().has_changed());
    assert_eq!(at_once(receiver.changed()), Ok(()));
    assert_eq!(*receiver.borrow(), 2);
    assert!(poll_once(pin!(receiver.changed())).is_pending());
}

#[test]
fn several_changes_count_as_one() {
    let (sender, mut receiver) = channel(0);
    let (waker, count) = Count::waker();
    {
        let mut changed = pin!(receiver.changed());
        assert!(poll(changed.as_mut(), &waker).is_pending());
        (1..=3).for_each(|value| sender.send(value).unwrap());
        assert_eq!(count.wakes(), 1);
        assert!(poll_once(changed).is_ready());
    }
    assert_eq!(*receiver.borrow_and_update(), 3);
    assert!(poll_once(pin!(receiver.changed())).is_pending());
}

#[test]
fn every_receiver_remembers_what_it_has_seen() {
    let (sender, mut first) = channel(0);
    sender.send(1).unwrap();
    let mut same = first.clone();
    let mut fresh = sender.subscribe();
    assert_eq!(at_once(first.changed()), Ok(()));
    assert_eq!(at_once(same.changed()), Ok(()));
    assert!(poll_once(pin!(fresh.changed())).is_pending());
    fresh.mark_changed();
    assert_eq!(at_once(fresh.changed()), Ok(()));
    sender.send(2).unwrap();
    fresh.mark_unchanged();
    assert_eq!(fresh.has_changed(), Ok(false));
}

#[test]
fn the_last_change_is_seen_before_the_end() {
    let (sender, mut receiver) = channel(0);
    let clone = sender.clone();
    sender.send(1).unwrap();
    drop(sender);
    clone.send(2).unwrap();
    drop(clone);
    assert_eq!(at_once(receiver.changed()), Ok(()));
    assert!(at_once(receiver.changed()).is_err());
    assert!(receiver.has_changed().is_err());
    assert_eq!(*receiver.borrow(), 2);
}

#[test]
fn send_without_receivers_returns_the_value_and_send_replace_keeps_it() {
    let (sender, receiver) = channel(0);
    let mut closed = pin!(sender.closed());
    assert!(poll_once(closed.as_mut()).is_pending());
    drop(receiver);
    assert!(poll_once(closed).is_ready());
    assert_eq!(sender.send(1).map_err(|error| error.0), Err(1));
    assert_eq!(sender.send_replace(2), 0);
    assert_eq!(*sender.subscribe().borrow(), 2);
}

#[test]
fn send_if_modified_announces_only_a_change() {
    let (sender, receiver) = channel(vec![1]);
    assert!(!sender.send_if_modified(|_| false));
    assert_eq!(receiver.has_changed(), Ok(false));
    sender.send_modify(|value| value.push(2));
    assert_eq!(receiver.has_changed(), Ok(true));
    assert_eq!(*sender.borrow(), [1, 2]);
}

#[test]
fn a_panicking_change_is_not_announced_and_breaks_nothing() {
    let (sender, receiver) = channel(1);
    let sender = Arc::new(sender);
    let other = Arc::clone(&sender);
    let panicked = std::thread::spawn(move || other.send_modify(|_| panic!("on purpose")));
    assert!(panicked.join().is_err());
    assert_eq!(receiver.has_changed(), Ok(false));
    sender.send(2).unwrap();
    assert_eq!(*receiver.borrow(), 2);
}

#[test]
fn wait_for_is_ready_when_the_condition_holds() {
    let (sender, mut receiver) = channel(1);
    assert_eq!(*at_once(receiver.wait_for(|value| *value == 1)).unwrap(), 1);
    {
        let mut wait = pin!(receiver.wait_for(|value| *value == 3));
        assert!(poll_once(wait.as_mut()).is_pending());
        sender.send(2).unwrap();
        assert!(poll_once(wait.as_mut()).is_pending());
        sender.send(3).unwrap();
        let Poll::Ready(Ok(value)) = poll_once(wait) else {
            panic!("the condition holds")
        };
        assert!(value.has_changed());
    }
    drop(sender);
    assert!(at_once(receiver.wait_for(|value| *value == 4)).is_err());
}

#[test]
fn a_receiver_sees_that_the_senders_are_dropped() {
    let (sender, receiver) = channel(0);
    let clone = sender.clone();
    drop(sender);
    assert!(!receiver.is_closed());
    assert_eq!(clone.sender_count(), 1);
    drop(clone);
    assert!(receiver.is_closed());
}

#[test]
fn borrow_and_update_counts_the_value_as_seen() {
    let (sender, mut receiver) = channel(0);
    sender.send(1).unwrap();
    assert!(receiver.borrow_and_update().has_changed());
    assert!(!receiver.borrow_and_update().has_changed());
    assert_eq!(receiver.has_changed(), Ok(false));
    assert!(
        !sender.borrow().has_changed(),
        "a sender has seen all values"
    );
}

#[test]
fn a_cancelled_wait_for_a_change_counts_nothing_as_seen() {
    let (sender, mut receiver) = channel(0);
    {
        let mut changed = Box::pin(receiver.changed());
        assert!(poll_once(changed.as_mut()).is_pending());
        sender.send(1).unwrap();
    }
    assert_eq!(receiver.has_changed(), Ok(true));
    assert_eq!(at_once(receiver.changed()), Ok(()));
}

#[test]
fn a_condition_that_panics_leaves_the_channel_usable() {
    let (sender, mut receiver) = channel(0);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        at_once(receiver.wait_for(|_| panic!("on purpose"))).is_ok()
    }));
    assert!(panicked.is_err());
    sender.send(1).unwrap();
    assert_eq!(*at_once(receiver.wait_for(|value| *value == 1)).unwrap(), 1);
}

#[test]
fn channels_know_their_own_ends() {
    let (sender, receiver) = channel(0);
    let (other_sender, other_receiver) = channel(0);
    assert!(sender.same_channel(&sender.clone()) && !sender.same_channel(&other_sender));
    assert!(receiver.same_channel(&sender.subscribe()) && !receiver.same_channel(&other_receiver));
    assert_eq!((sender.receiver_count(), sender.sender_count()), (1, 1));
}
