//! The channels [`broadcast`] and [`watch`], and [`CancellationToken`].

use crate::sync::{
    CancellationToken,
    broadcast::{self, error::RecvError},
    testing::block_on,
    watch,
};
use loom::{model, sync::Arc, thread};

#[test]
fn a_change_wakes_the_receiver_or_is_seen() {
    model(|| {
        let (sender, mut receiver) = watch::channel(0);
        let other = thread::spawn(move || assert!(sender.send(1).is_ok()));
        block_on(receiver.changed()).unwrap();
        assert_eq!(*receiver.borrow(), 1);
        assert!(block_on(receiver.changed()).is_err());
        other.join().unwrap();
    });
}

#[test]
fn a_value_wakes_a_receiver_that_goes_to_sleep() {
    model(|| {
        let (sender, mut receiver) = broadcast::channel(1);
        let other = thread::spawn(move || assert!(sender.send(1).is_ok()));
        assert_eq!(block_on(receiver.recv()), Ok(1));
        assert_eq!(block_on(receiver.recv()), Err(RecvError::Closed));
        other.join().unwrap();
    });
}

#[test]
fn a_child_created_during_cancel_is_cancelled() {
    model(|| {
        let token = CancellationToken::new();
        let other = {
            let token = token.clone();
            thread::spawn(move || token.cancel())
        };
        let child = token.child_token();
        block_on(child.cancelled());
        other.join().unwrap();
        assert!(token.is_cancelled());
    });
}

#[test]
fn a_receiver_dropped_during_a_send_takes_no_value_from_another() {
    model(|| {
        let (sender, goes) = broadcast::channel(1);
        let mut stays = sender.subscribe();
        let other = thread::spawn(move || drop(goes));
        // Loom reports a leak of its `Arc`.
        assert!(sender.send(Arc::new(1)).is_ok());
        drop(sender);
        assert_eq!(*block_on(stays.recv()).unwrap(), 1);
        assert!(block_on(stays.recv()).is_err());
        other.join().unwrap();
    });
}

#[test]
fn closed_sees_the_last_receiver_go() {
    model(|| {
        let (sender, receiver) = watch::channel(0);
        let other = thread::spawn(move || drop(receiver));
        block_on(sender.closed());
        other.join().unwrap();
    });
}

#[test]
fn a_dropped_token_still_passes_the_cancellation_to_its_children() {
    model(|| {
        let token = CancellationToken::new();
        let child = token.child_token();
        let grandchild = child.child_token();
        let other = {
            let token = token.clone();
            thread::spawn(move || token.cancel())
        };
        drop(child);
        block_on(grandchild.cancelled());
        other.join().unwrap();
    });
}
