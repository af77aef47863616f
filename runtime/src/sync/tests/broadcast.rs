use crate::sync::{
    broadcast::{
        channel,
        error::{RecvError, TryRecvError},
    },
    testing::{Count, at_once, glance, poll},
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::Poll,
};

#[test]
fn every_receiver_gets_every_value_that_is_sent_while_it_listens() {
    let (sender, mut first) = channel(4);
    assert_eq!(sender.send(1), Ok(1));
    let mut second = sender.subscribe();
    assert_eq!(sender.send(2), Ok(2));
    assert_eq!(at_once(first.recv()), Ok(1));
    assert_eq!(at_once(first.recv()), Ok(2));
    assert_eq!(at_once(second.recv()), Ok(2));
    assert_eq!(first.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(second.try_recv(), Err(TryRecvError::Empty));
    assert!(sender.is_empty());
}

#[test]
fn who_lags_is_told_how_many_it_missed_and_goes_on() {
    let (sender, mut receiver) = channel(2);
    for number in 0..5 {
        sender.send(number).unwrap();
    }
    assert_eq!(receiver.len(), 2);
    assert_eq!(at_once(receiver.recv()), Err(RecvError::Lagged(3)));
    assert_eq!(at_once(receiver.recv()), Ok(3));
    assert_eq!(at_once(receiver.recv()), Ok(4));
}

#[test]
fn all_who_wait_are_woken_by_a_value_and_by_the_end() {
    let (sender, mut first) = channel(2);
    let mut second = first.resubscribe();
    let (waker, count) = Count::waker();
    {
        let mut waits = [Box::pin(first.recv()), Box::pin(second.recv())];
        for wait in &mut waits {
            assert!(poll(wait.as_mut(), &waker).is_pending());
        }
        sender.send(1).unwrap();
        assert_eq!(count.wakes(), 2);
        for wait in &mut waits {
            assert_eq!(glance(wait.as_mut()), Poll::Ready(Ok(1)));
        }
    }
    let mut wait = pin!(first.recv());
    assert!(poll(wait.as_mut(), &waker).is_pending());
    let clone = sender.clone();
    drop(sender);
    assert_eq!(count.wakes(), 2);
    drop(clone);
    assert_eq!(count.wakes(), 3);
    assert_eq!(glance(wait), Poll::Ready(Err(RecvError::Closed)));
}

#[test]
fn what_was_sent_before_the_end_is_received() {
    let (sender, mut receiver) = channel(2);
    sender.send(1).unwrap();
    drop(sender);
    assert_eq!(at_once(receiver.recv()), Ok(1));
    assert_eq!(at_once(receiver.recv()), Err(RecvError::Closed));
}

#[test]
fn a_value_for_nobody_comes_back() {
    let (sender, receiver) = channel(2);
    drop(receiver);
    let value = Arc::new(());
    assert!(sender.send(Arc::clone(&value)).is_err());
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn a_value_is_dropped_when_nobody_is_left_who_has_not_seen_it() {
    let value = Arc::new(());
    let (sender, mut quick) = channel(4);
    let slow = sender.subscribe();
    sender.send(Arc::clone(&value)).unwrap();
    sender.send(Arc::clone(&value)).unwrap();
    assert_eq!(Arc::strong_count(&value), 3);
    drop(at_once(quick.recv()));
    assert_eq!(Arc::strong_count(&value), 3);
    drop(slow);
    assert_eq!(Arc::strong_count(&value), 2);
    drop(at_once(quick.recv()));
    assert_eq!(Arc::strong_count(&value), 1);
    assert_eq!(sender.len(), 0);
}

#[test]
fn the_last_to_see_a_value_gets_it_without_a_clone() {
    #[derive(Debug)]
    struct Unclonable;
    impl Clone for Unclonable {
        fn clone(&self) -> Self {
            panic!("cloned")
        }
    }
    let (sender, mut receiver) = channel(1);
    sender.send(Unclonable).unwrap();
    assert!(at_once(receiver.recv()).is_ok());
}

#[test]
fn threads_receive_all_that_is_sent() {
    let values = if cfg!(miri) { 10 } else { 1000 };
    let (sender, receiver) = channel(values);
    let threads: Vec<_> = (0..2)
        .map(|_| {
            let mut receiver = receiver.resubscribe();
            std::thread::spawn(move || {
                let mut sum = 0;
                while let Ok(value) = receiver.blocking_recv() {
                    sum += value;
                }
                sum
            })
        })
        .collect();
    for value in 0..values {
        sender.send(value).unwrap();
    }
    drop(sender);
    for thread in threads {
        assert_eq!(thread.join().unwrap(), values * (values - 1) / 2);
    }
}

#[test]
fn who_waits_for_the_last_listener_is_woken_when_it_goes() {
    let (sender, first) = channel::<i32>(2);
    let second = sender.subscribe();
    let (waker, count) = Count::waker();
    let mut closed = pin!(sender.closed());
    assert!(poll(closed.as_mut(), &waker).is_pending());
    drop(first);
    assert_eq!(count.wakes(), 0);
    drop(second);
    assert_eq!(count.wakes(), 1);
    // Another came before it looked.
    let third = sender.subscribe();
    assert!(poll(closed.as_mut(), &waker).is_pending());
    drop(third);
    assert_eq!(count.wakes(), 2);
    assert_eq!(glance(closed), Poll::Ready(()));
    at_once(sender.closed());
}

#[test]
fn a_weak_sender_keeps_no_channel_open_and_opens_none() {
    let (sender, mut receiver) = channel(2);
    let weak = sender.downgrade();
    let again = weak.clone().upgrade().unwrap();
    assert_eq!(
        (weak.strong_count(), receiver.sender_strong_count()),
        (2, 2)
    );
    drop(sender);
    assert_eq!(again.send(1), Ok(1));
    drop(again);
    assert!(receiver.is_closed());
    assert!(weak.upgrade().is_none());
    assert_eq!(weak.strong_count(), 0);
    assert_eq!(at_once(receiver.recv()), Ok(1));
    assert_eq!(at_once(receiver.recv()), Err(RecvError::Closed));
}

#[test]
fn a_value_that_panics_leaves_nobody_waiting_for_the_last_receiver() {
    struct Panics;
    impl Clone for Panics {
        fn clone(&self) -> Self {
            Self
        }
    }
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("a value's destructor");
        }
    }
    let (sender, receiver) = channel(1);
    let (waker, count) = Count::waker();
    let mut closed = pin!(sender.closed());
    assert!(poll(closed.as_mut(), &waker).is_pending());
    assert!(sender.send(Panics).is_ok());
    catch_unwind(AssertUnwindSafe(|| drop(receiver))).unwrap_err();
    assert_eq!(count.wakes(), 1);
    assert!(glance(closed).is_ready());
}
