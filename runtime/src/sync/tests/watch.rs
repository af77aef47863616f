use crate::sync::{
    testing::{Count, at_once, glance, poll},
    watch::channel,
};
use std::{pin::pin, sync::Arc, task::Poll};

#[test]
fn the_first_value_is_seen_and_every_other_a_change() {
    let (sender, mut receiver) = channel(1);
    assert_eq!(receiver.has_changed(), Ok(false));
    assert_eq!(*receiver.borrow(), 1);
    sender.send(2).unwrap();
    assert_eq!(receiver.has_changed(), Ok(true));
    assert!(receiver.borrow().has_changed());
    assert_eq!(at_once(receiver.changed()), Ok(()));
    assert_eq!(*receiver.borrow(), 2);
    assert!(glance(pin!(receiver.changed())).is_pending());
}

#[test]
fn many_changes_are_one() {
    let (sender, mut receiver) = channel(0);
    let (waker, count) = Count::waker();
    {
        let mut changed = pin!(receiver.changed());
        assert!(poll(changed.as_mut(), &waker).is_pending());
        (1..=3).for_each(|value| sender.send(value).unwrap());
        assert_eq!(count.wakes(), 1);
        assert!(glance(changed).is_ready());
    }
    assert_eq!(*receiver.borrow_and_update(), 3);
    assert!(glance(pin!(receiver.changed())).is_pending());
}

#[test]
fn every_receiver_remembers_for_itself() {
    let (sender, mut first) = channel(0);
    sender.send(1).unwrap();
    let mut same = first.clone();
    let mut fresh = sender.subscribe();
    assert_eq!(at_once(first.changed()), Ok(()));
    assert_eq!(at_once(same.changed()), Ok(()));
    assert!(glance(pin!(fresh.changed())).is_pending());
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
fn a_value_for_nobody_comes_back_unless_it_is_kept() {
    let (sender, receiver) = channel(0);
    let mut closed = pin!(sender.closed());
    assert!(glance(closed.as_mut()).is_pending());
    drop(receiver);
    assert!(glance(closed).is_ready());
    assert_eq!(sender.send(1).map_err(|error| error.0), Err(1));
    assert_eq!(sender.send_replace(2), 0);
    assert_eq!(*sender.subscribe().borrow(), 2);
}

#[test]
fn a_change_in_place_is_told_if_it_was_one() {
    let (sender, receiver) = channel(vec![1]);
    assert!(!sender.send_if_modified(|_| false));
    assert_eq!(receiver.has_changed(), Ok(false));
    sender.send_modify(|value| value.push(2));
    assert_eq!(receiver.has_changed(), Ok(true));
    assert_eq!(*sender.borrow(), [1, 2]);
}

#[test]
fn a_change_that_panics_is_not_told_and_breaks_nothing() {
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
fn a_value_can_be_waited_for() {
    let (sender, mut receiver) = channel(1);
    assert_eq!(*at_once(receiver.wait_for(|value| *value == 1)).unwrap(), 1);
    {
        let mut wait = pin!(receiver.wait_for(|value| *value == 3));
        assert!(glance(wait.as_mut()).is_pending());
        sender.send(2).unwrap();
        assert!(glance(wait.as_mut()).is_pending());
        sender.send(3).unwrap();
        let Poll::Ready(Ok(value)) = glance(wait) else {
            panic!("it is there")
        };
        assert!(value.has_changed());
    }
    drop(sender);
    assert!(at_once(receiver.wait_for(|value| *value == 4)).is_err());
}
