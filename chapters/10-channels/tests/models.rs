//! Every interleaving of tasks on two threads that share a channel.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use channels::{Semaphore, mpsc, oneshot};
use loom::model;
use loom::thread;
use std::sync::Arc;
use wakers::block_on;

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_value_from_another_thread_is_received() {
    model(|| {
        let (sender, receiver) = oneshot::channel();
        let other = thread::spawn(move || sender.send(7));
        assert_eq!(block_on(receiver), Ok(7));
        assert_eq!(other.join().expect("it ends"), Ok(()));
    });
}

#[test]
fn a_sender_dropped_on_another_thread_ends_the_wait() {
    model(|| {
        let (sender, receiver) = oneshot::channel::<()>();
        let other = thread::spawn(move || drop(sender));
        assert!(block_on(receiver).is_err());
        other.join().expect("it ends");
    });
}

#[test]
fn a_value_that_meets_a_dropped_receiver_comes_back_or_is_dropped() {
    model(|| {
        let ((sender, receiver), value) = (oneshot::channel(), Arc::new(()));
        let sent = Arc::clone(&value);
        let other = thread::spawn(move || drop(sender.send(sent)));
        drop(receiver);
        other.join().expect("it ends");
        assert_eq!(Arc::strong_count(&value), 1);
    });
}

#[test]
fn two_messages_pass_through_a_channel_with_room_for_one() {
    model(|| {
        let (sender, mut receiver) = mpsc::channel(1);
        let other = thread::spawn(move || {
            block_on(async {
                sender.send(1).await.expect("the receiver is there");
                sender.send(2).await.expect("the receiver is there");
            });
        });
        assert_eq!(block_on(receiver.recv()), Some(1));
        assert_eq!(block_on(receiver.recv()), Some(2));
        assert_eq!(block_on(receiver.recv()), None);
        other.join().expect("it ends");
    });
}

// ANCHOR: closes
#[test]
fn a_permit_given_back_after_close_ends_the_wait() {
    model(|| {
        let (sender, mut receiver) = mpsc::channel::<()>(1);
        let kept = sender.clone();
        thread::spawn(move || drop(block_on(sender.reserve())));
        receiver.close();
        assert_eq!(block_on(receiver.recv()), None);
        // The thread is not joined: its last wake may come late, and loom does not allow
        // a wake of a thread that waits in `join`. `kept` keeps the channel from ending.
        drop(kept);
    });
}
// ANCHOR_END: closes

#[test]
fn a_reserve_dropped_with_the_last_permit_ends_the_wait() {
    model(|| {
        let (sender, mut receiver) = mpsc::channel(1);
        sender.try_send(1).expect("there is room");
        let kept = sender.clone();
        thread::spawn(move || {
            let mut reserving = pin!(sender.reserve());
            drop(poll(reserving.as_mut()));
        });
        assert_eq!(block_on(receiver.recv()), Some(1));
        receiver.close();
        assert_eq!(block_on(receiver.recv()), None);
        // The thread is not joined: its last wake may come late, and loom does not allow
        // a wake of a thread that waits in `join`. `kept` keeps the channel from ending.
        drop(kept);
    });
}

#[test]
fn a_permit_reaches_the_next_task_although_the_first_one_goes_away() {
    model(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let adds = Arc::clone(&semaphore);
        let mut first = Box::pin(semaphore.acquire());
        assert!(poll(first.as_mut()).is_pending());
        let other = thread::spawn(move || adds.add_permit());
        drop(first);
        assert!(block_on(semaphore.acquire()).is_ok());
        other.join().expect("it ends");
    });
}

#[test]
fn closing_ends_the_wait_of_a_task_that_is_just_coming() {
    model(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let closes = Arc::clone(&semaphore);
        let other = thread::spawn(move || closes.close());
        assert!(block_on(semaphore.acquire()).is_err());
        other.join().expect("it ends");
    });
}
