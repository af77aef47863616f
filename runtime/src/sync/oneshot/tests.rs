use super::{channel, error::TryRecvError};
use crate::sync::testing::{Count, at_once, poll, poll_once};
use std::{
    pin::{Pin, pin},
    rc::Rc,
    sync::Arc,
    task::Poll,
};

#[test]
fn a_value_sent_before_the_poll_is_received_at_once() {
    let (sender, receiver) = channel();
    assert_eq!(sender.send(7), Ok(()));
    assert_eq!(at_once(receiver), Ok(7));
}

#[test]
fn a_sent_value_wakes_the_receiver() {
    let (sender, mut receiver) = channel();
    let (waker, count) = Count::waker();
    assert!(poll(Pin::new(&mut receiver), &waker).is_pending());
    sender.send(7).unwrap();
    assert_eq!(count.wakes(), 1);
    assert_eq!(at_once(receiver), Ok(7));
}

#[test]
fn only_the_last_waker_is_woken() {
    let (sender, mut receiver) = channel();
    let (first, first_count) = Count::waker();
    let (last, last_count) = Count::waker();
    assert!(poll(Pin::new(&mut receiver), &first).is_pending());
    assert!(poll(Pin::new(&mut receiver), &last).is_pending());
    sender.send(7).unwrap();
    assert_eq!((first_count.wakes(), last_count.wakes()), (0, 1));
}

#[test]
fn a_dropped_sender_ends_the_wait() {
    let (sender, mut receiver) = channel::<u8>();
    let (waker, count) = Count::waker();
    assert!(poll(Pin::new(&mut receiver), &waker).is_pending());
    drop(sender);
    assert_eq!(count.wakes(), 1);
    assert!(at_once(receiver).is_err());
}

#[test]
fn send_returns_the_value_if_the_receiver_is_dropped() {
    let (sender, receiver) = channel();
    drop(receiver);
    assert!(sender.is_closed());
    assert_eq!(sender.send(7), Err(7));
}

#[test]
fn an_unreceived_value_is_dropped_once() {
    let value = Rc::new(());
    let (sender, receiver) = channel();
    sender.send(Rc::clone(&value)).unwrap();
    assert_eq!(Rc::strong_count(&value), 2);
    drop(receiver);
    assert_eq!(Rc::strong_count(&value), 1);
}

#[test]
fn close_keeps_a_sent_value_and_refuses_later_ones() {
    let (sender, mut receiver) = channel();
    sender.send(7).unwrap();
    receiver.close();
    assert_eq!(receiver.try_recv(), Ok(7));

    let (sender, mut receiver) = channel();
    receiver.close();
    assert_eq!(sender.send(7), Err(7));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
}

#[test]
fn try_recv_says_whether_a_value_can_still_come() {
    let (sender, mut receiver) = channel();
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    assert!(receiver.is_empty() && !receiver.is_terminated());
    sender.send(7).unwrap();
    assert!(!receiver.is_empty());
    assert_eq!(receiver.try_recv(), Ok(7));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
    assert!(receiver.is_terminated());
}

#[test]
fn closed_is_ready_when_the_receiver_is_dropped() {
    let (mut sender, receiver) = channel::<u8>();
    let (waker, count) = Count::waker();
    {
        let mut closed = pin!(sender.closed());
        assert!(poll(closed.as_mut(), &waker).is_pending());
        drop(receiver);
        assert_eq!(count.wakes(), 1);
        assert!(poll_once(closed).is_ready());
    }
    // A channel stays closed.
    at_once(sender.closed());
}

#[test]
fn the_waker_of_a_dropped_receiver_is_dropped_once() {
    let (sender, mut receiver) = channel::<u8>();
    let (waker, count) = Count::waker();
    assert!(poll(Pin::new(&mut receiver), &waker).is_pending());
    drop((receiver, waker));
    assert_eq!(sender.send(7), Err(7));
    assert_eq!(Arc::strong_count(&count), 1);
}

#[test]
fn threads_exchange_values() {
    for number in 0..if cfg!(miri) { 10 } else { 1000 } {
        let (sender, mut receiver) = channel();
        let other = std::thread::spawn(move || sender.send(Box::new(number)).unwrap());
        let value = loop {
            if let Poll::Ready(value) = poll_once(Pin::new(&mut receiver)) {
                break value;
            }
            std::thread::yield_now();
        };
        assert_eq!(value, Ok(Box::new(number)));
        other.join().unwrap();
    }
}

#[test]
fn a_closed_receiver_wakes_the_sender_that_waits() {
    let (mut sender, mut receiver) = channel::<u8>();
    let (waker, count) = Count::waker();
    {
        let mut closed = pin!(sender.closed());
        assert!(poll(closed.as_mut(), &waker).is_pending());
        receiver.close();
        assert_eq!(count.wakes(), 1);
        assert!(poll_once(closed).is_ready());
    }
    assert_eq!(sender.send(7), Err(7));
    assert!(at_once(receiver).is_err());
}

#[test]
fn a_thread_can_block_until_the_value_comes() {
    let (sender, receiver) = channel();
    std::thread::scope(|threads| {
        threads.spawn(|| sender.send(7).unwrap());
        assert_eq!(receiver.blocking_recv(), Ok(7));
    });
    let (sender, receiver) = channel::<u8>();
    drop(sender);
    assert!(receiver.blocking_recv().is_err());
}

#[test]
#[should_panic(expected = "polled again after it was ready")]
fn polling_a_receiver_after_it_was_ready_panics() {
    let (sender, mut receiver) = channel();
    sender.send(7).unwrap();
    assert_eq!(at_once(&mut receiver), Ok(7));
    let _ = at_once(receiver);
}
