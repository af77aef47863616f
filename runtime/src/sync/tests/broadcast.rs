use crate::sync::{
    broadcast::{
        channel,
        error::{RecvError, TryRecvError},
    },
    testing::{Count, at_once, poll, poll_once},
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    task::Poll,
};

#[test]
fn every_receiver_gets_every_value_sent_while_it_exists() {
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
fn a_lagging_receiver_learns_how_many_values_it_missed_and_goes_on() {
    let (sender, mut receiver) = channel(2);
    for number in 0..5 {
        sender.send(number).unwrap();
    }
    assert_eq!(receiver.len(), 5);
    assert_eq!(at_once(receiver.recv()), Err(RecvError::Lagged(3)));
    assert_eq!(receiver.len(), 2);
    assert_eq!(at_once(receiver.recv()), Ok(3));
    assert_eq!(at_once(receiver.recv()), Ok(4));
}

#[test]
fn a_value_and_the_end_wake_all_receivers() {
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
            assert_eq!(poll_once(wait.as_mut()), Poll::Ready(Ok(1)));
        }
    }
    let mut wait = pin!(first.recv());
    assert!(poll(wait.as_mut(), &waker).is_pending());
    let clone = sender.clone();
    drop(sender);
    assert_eq!(count.wakes(), 2);
    drop(clone);
    assert_eq!(count.wakes(), 3);
    assert_eq!(poll_once(wait), Poll::Ready(Err(RecvError::Closed)));
}

#[test]
fn values_sent_before_the_end_are_received() {
    let (sender, mut receiver) = channel(2);
    sender.send(1).unwrap();
    drop(sender);
    assert_eq!(at_once(receiver.recv()), Ok(1));
    assert_eq!(at_once(receiver.recv()), Err(RecvError::Closed));
}

#[test]
fn send_without_receivers_returns_the_value() {
    let (sender, receiver) = channel(2);
    drop(receiver);
    let value = Arc::new(());
    assert!(sender.send(Arc::clone(&value)).is_err());
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn a_value_is_dropped_when_all_receivers_have_seen_it() {
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
fn the_last_receiver_of_a_value_gets_it_without_a_clone() {
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
fn receivers_on_several_threads_get_every_value() {
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
fn closed_is_ready_when_the_last_receiver_is_dropped() {
    let (sender, first) = channel::<i32>(2);
    let second = sender.subscribe();
    let (waker, count) = Count::waker();
    let mut closed = pin!(sender.closed());
    assert!(poll(closed.as_mut(), &waker).is_pending());
    drop(first);
    assert_eq!(count.wakes(), 0);
    drop(second);
    assert_eq!(count.wakes(), 1);
    // A new receiver comes before `closed` is polled.
    let third = sender.subscribe();
    assert!(poll(closed.as_mut(), &waker).is_pending());
    drop(third);
    assert_eq!(count.wakes(), 2);
    assert_eq!(poll_once(closed), Poll::Ready(()));
    at_once(sender.closed());
}

#[test]
fn a_weak_sender_does_not_keep_the_channel_open() {
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
fn a_panicking_value_does_not_keep_closed_from_being_ready() {
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
    assert!(poll_once(closed).is_ready());
}

#[test]
fn weak_senders_are_counted() {
    let (sender, receiver) = channel::<u8>(1);
    assert_eq!((sender.weak_count(), receiver.sender_weak_count()), (0, 0));
    let weak = sender.downgrade();
    let other = weak.clone();
    assert_eq!((sender.weak_count(), weak.weak_count()), (2, 2));
    drop(other);
    assert_eq!(receiver.sender_weak_count(), 1);
    drop(weak.upgrade().unwrap());
    assert_eq!((sender.strong_count(), sender.weak_count()), (1, 1));
    drop(sender);
    assert_eq!((weak.strong_count(), weak.weak_count()), (0, 1));
}

#[test]
fn receivers_on_two_threads_clone_a_value_that_is_not_sync() {
    let (sender, mut first) = channel(1);
    let mut second = sender.subscribe();
    sender.send(std::cell::Cell::new(7)).unwrap();
    std::thread::scope(|threads| {
        threads.spawn(move || assert_eq!(first.blocking_recv().unwrap().get(), 7));
        threads.spawn(move || assert_eq!(second.blocking_recv().unwrap().get(), 7));
    });
}

#[test]
fn a_clone_that_panics_leaves_the_value_to_the_others() {
    struct PanicsOnce(Arc<AtomicBool>);
    impl Clone for PanicsOnce {
        fn clone(&self) -> Self {
            assert!(self.0.swap(true, SeqCst), "on purpose");
            Self(Arc::clone(&self.0))
        }
    }
    let (sender, mut first) = channel(2);
    let mut second = sender.subscribe();
    let _third = sender.subscribe();
    let value = PanicsOnce(Arc::new(AtomicBool::new(false)));
    assert!(sender.send(value).is_ok());
    assert!(catch_unwind(AssertUnwindSafe(|| first.try_recv().is_ok())).is_err());
    assert!(matches!(first.try_recv(), Err(TryRecvError::Empty)));
    assert!(second.try_recv().is_ok());
}

#[test]
fn a_new_receiver_gets_only_later_values() {
    let (sender, first) = channel(4);
    sender.send(1).unwrap();
    let mut subscribed = sender.subscribe();
    let mut resubscribed = first.resubscribe();
    sender.send(2).unwrap();
    assert_eq!(
        (first.len(), subscribed.len(), resubscribed.len()),
        (2, 1, 1)
    );
    assert_eq!(subscribed.try_recv(), Ok(2));
    assert_eq!(resubscribed.try_recv(), Ok(2));
    assert!(first.same_channel(&subscribed) && first.same_channel(&resubscribed));
    assert_eq!(sender.receiver_count(), 3);
}

#[test]
fn a_receiver_may_lag_and_still_see_the_end() {
    let (sender, mut receiver) = channel(1);
    sender.send(1).unwrap();
    sender.send(2).unwrap();
    drop(sender);
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Lagged(1)));
    assert_eq!(receiver.try_recv(), Ok(2));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
}
