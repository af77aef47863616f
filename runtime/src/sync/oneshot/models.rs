//! Loom models of a oneshot channel. Two threads use it, and either may go at
//! any moment.

use super::channel;
use crate::sync::testing::{block_on, poll_once};
use loom::{model, sync::Arc, thread};
use std::pin::Pin;

#[test]
fn a_sent_value_is_received() {
    model(|| {
        let (sender, receiver) = channel();
        let other = thread::spawn(move || sender.send(Arc::new(7)).unwrap());
        assert_eq!(block_on(receiver).map(|value| *value), Ok(7));
        other.join().unwrap();
    });
}

#[test]
fn a_dropped_sender_wakes_the_receiver_with_an_error() {
    model(|| {
        let (sender, receiver) = channel::<Arc<()>>();
        let other = thread::spawn(move || drop(sender));
        assert!(block_on(receiver).is_err());
        other.join().unwrap();
    });
}

#[test]
fn a_value_sent_to_a_receiver_that_is_being_dropped_is_dropped_once() {
    // Loom reports a leak of its `Arc`.
    model(|| {
        let (sender, receiver) = channel();
        let value = Arc::new(());
        let other = {
            let value = Arc::clone(&value);
            thread::spawn(move || sender.send(value).is_err())
        };
        drop(receiver);
        let _came_back = other.join().unwrap();
        assert_eq!(Arc::strong_count(&value), 1);
    });
}

#[test]
fn a_receiver_with_a_new_waker_is_woken_through_it() {
    model(|| {
        let (sender, mut receiver) = channel();
        assert!(poll_once(Pin::new(&mut receiver)).is_pending());
        let other = thread::spawn(move || sender.send(Arc::new(7)).unwrap());
        assert_eq!(block_on(receiver).map(|value| *value), Ok(7));
        other.join().unwrap();
    });
}

#[test]
fn a_waiting_receiver_is_dropped_while_the_value_is_sent() {
    model(|| {
        let (sender, mut receiver) = channel();
        assert!(poll_once(Pin::new(&mut receiver)).is_pending());
        let value = Arc::new(());
        let other = {
            let value = Arc::clone(&value);
            thread::spawn(move || sender.send(value).is_err())
        };
        drop(receiver);
        let _came_back = other.join().unwrap();
        assert_eq!(Arc::strong_count(&value), 1);
    });
}

#[test]
fn a_dropped_receiver_wakes_a_waiting_sender() {
    model(|| {
        let (mut sender, receiver) = channel::<Arc<()>>();
        let other = thread::spawn(move || drop(receiver));
        block_on(sender.closed());
        other.join().unwrap();
        assert!(sender.send(Arc::new(())).is_err());
    });
}

#[test]
fn close_and_send_agree_on_whether_the_value_arrives() {
    model(|| {
        let (mut sender, mut receiver) = channel();
        assert!(poll_once(std::pin::pin!(sender.closed())).is_pending());
        let other = thread::spawn(move || sender.send(Arc::new(7)).is_ok());
        receiver.close();
        let received = receiver.try_recv().is_ok();
        assert_eq!(other.join().unwrap(), received);
    });
}
