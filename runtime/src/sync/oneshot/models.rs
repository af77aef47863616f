//! Loom models of a oneshot channel: two threads, one value, and every moment
//! at which one of them may go.

use super::channel;
use crate::sync::testing::{block_on, glance};
use loom::{model, sync::Arc, thread};
use std::pin::Pin;

#[test]
fn what_is_sent_is_received() {
    model(|| {
        let (sender, receiver) = channel();
        let other = thread::spawn(move || sender.send(Arc::new(7)).unwrap());
        assert_eq!(block_on(receiver).map(|value| *value), Ok(7));
        other.join().unwrap();
    });
}

#[test]
fn who_waits_learns_that_nothing_will_come() {
    model(|| {
        let (sender, receiver) = channel::<Arc<()>>();
        let other = thread::spawn(move || drop(sender));
        assert!(block_on(receiver).is_err());
        other.join().unwrap();
    });
}

#[test]
fn a_value_that_nobody_takes_is_dropped_once_or_comes_back() {
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
fn a_receiver_that_changes_its_waker_is_woken_by_the_last() {
    model(|| {
        let (sender, mut receiver) = channel();
        assert!(glance(Pin::new(&mut receiver)).is_pending());
        let other = thread::spawn(move || sender.send(Arc::new(7)).unwrap());
        assert_eq!(block_on(receiver).map(|value| *value), Ok(7));
        other.join().unwrap();
    });
}

#[test]
fn a_receiver_that_waited_may_go_while_the_value_comes() {
    model(|| {
        let (sender, mut receiver) = channel();
        assert!(glance(Pin::new(&mut receiver)).is_pending());
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
fn a_sender_that_waits_learns_that_nobody_listens() {
    model(|| {
        let (mut sender, receiver) = channel::<Arc<()>>();
        let other = thread::spawn(move || drop(receiver));
        block_on(sender.closed());
        other.join().unwrap();
        assert!(sender.send(Arc::new(())).is_err());
    });
}

#[test]
fn closing_decides_whether_the_value_counts() {
    model(|| {
        let (mut sender, mut receiver) = channel();
        assert!(glance(std::pin::pin!(sender.closed())).is_pending());
        let other = thread::spawn(move || sender.send(Arc::new(7)).is_ok());
        receiver.close();
        let received = receiver.try_recv().is_ok();
        assert_eq!(other.join().unwrap(), received);
    });
}
