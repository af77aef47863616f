//! Loom models of the channels, with blocks of three slots. Senders race each
//! other and the end of a block, and the receiver goes to sleep.

use super::{channel, error::TryRecvError, unbounded_channel};
use crate::sync::testing::{Count, block_on, poll, poll_once};
use loom::{model, sync::Arc, thread};
use std::pin::pin;

#[test]
fn a_message_wakes_a_receiver_that_goes_to_sleep() {
    model(|| {
        let (sender, mut receiver) = unbounded_channel();
        let other = thread::spawn(move || sender.send(Arc::new(7)).unwrap());
        assert_eq!(block_on(receiver.recv()).map(|message| *message), Some(7));
        assert!(block_on(receiver.recv()).is_none());
        other.join().unwrap();
    });
}

#[test]
fn two_senders_cross_the_end_of_a_block_together() {
    model(|| {
        let (sender, mut receiver) = unbounded_channel();
        // Two sends later, a sender claims the last slot and adds a block.
        sender.send(Arc::new(0)).unwrap();
        let other = {
            let sender = sender.clone();
            thread::spawn(move || sender.send(Arc::new(1)).unwrap())
        };
        sender.send(Arc::new(2)).unwrap();
        sender.send(Arc::new(3)).unwrap();
        other.join().unwrap();
        let mut received = [(); 4].map(|()| *receiver.try_recv().expect("sent"));
        received.sort_unstable();
        assert_eq!(received, [0, 1, 2, 3]);
    });
}

#[test]
fn the_receiver_follows_its_sender_into_the_next_block() {
    model(|| {
        let (sender, mut receiver) = unbounded_channel();
        sender.send(0).unwrap();
        sender.send(1).unwrap();
        let other = thread::spawn(move || {
            sender.send(2).unwrap();
            sender.send(3).unwrap();
        });
        for number in 0..4 {
            assert_eq!(block_on(receiver.recv()), Some(number));
        }
        other.join().unwrap();
    });
}

#[test]
fn a_receiver_with_a_new_waker_is_woken_through_it() {
    model(|| {
        let (sender, mut receiver) = unbounded_channel();
        assert!(poll_once(pin!(receiver.recv())).is_pending());
        let other = thread::spawn(move || {
            sender.send(1).unwrap();
            sender.send(2).unwrap();
        });
        assert_eq!(block_on(receiver.recv()), Some(1));
        assert_eq!(block_on(receiver.recv()), Some(2));
        other.join().unwrap();
    });
}

#[test]
fn a_message_sent_to_a_receiver_that_is_being_dropped_is_dropped_once() {
    // Loom reports a leak of its `Arc`.
    model(|| {
        let (sender, receiver) = unbounded_channel();
        let message = Arc::new(());
        let other = {
            let message = Arc::clone(&message);
            thread::spawn(move || drop(sender.send(message)))
        };
        drop(receiver);
        other.join().unwrap();
        assert_eq!(Arc::strong_count(&message), 1);
    });
}

#[test]
fn a_closed_receiver_waits_for_a_send_in_progress() {
    model(|| {
        let (sender, mut receiver) = unbounded_channel();
        let other = thread::spawn(move || (sender.send(1).is_ok(), sender));
        receiver.close();
        let received = block_on(receiver.recv()).is_some();
        let (sent, _sender) = other.join().unwrap();
        assert_eq!(sent, received);
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    });
}

#[test]
fn try_recv_finds_a_message_behind_a_slot_that_is_being_written() {
    model(|| {
        let (sender, mut receiver) = unbounded_channel();
        let slower = sender.clone();
        let other = thread::spawn(move || slower.send(1).unwrap());
        sender.send(2).unwrap();
        // The other sender may have claimed the earlier slot and not published
        // it yet.
        assert!(receiver.try_recv().is_ok());
        other.join().unwrap();
    });
}

#[test]
fn receiving_a_message_wakes_a_waiting_sender() {
    model(|| {
        let (sender, mut receiver) = channel(1);
        sender.try_send(1).unwrap();
        let other = thread::spawn(move || block_on(sender.send(2)).unwrap());
        assert_eq!(block_on(receiver.recv()), Some(1));
        assert_eq!(block_on(receiver.recv()), Some(2));
        other.join().unwrap();
    });
}

#[test]
fn a_permit_returned_after_close_ends_the_wait() {
    model(|| {
        let (sender, mut receiver) = channel::<()>(1);
        let permit = sender.clone().try_reserve_owned().unwrap();
        let other = thread::spawn(move || permit.release());
        receiver.close();
        assert!(block_on(receiver.recv()).is_none());
        let _both = (other.join().unwrap(), sender);
    });
}

#[test]
fn a_cancelled_reservation_that_had_a_permit_ends_the_wait_of_a_closed_receiver() {
    model(|| {
        let (sender, mut receiver) = channel::<()>(1);
        let permit = sender.clone().try_reserve_owned().unwrap();
        let other = thread::spawn(move || {
            {
                let mut cancelled = pin!(sender.reserve());
                // It is ready if the receiver has closed already.
                if poll_once(cancelled.as_mut()).is_pending() {
                    drop(permit);
                }
            }
            sender
        });
        receiver.close();
        assert!(block_on(receiver.recv()).is_none());
        let _sender = other.join().unwrap();
    });
}

#[test]
fn a_cancelled_send_that_had_a_permit_ends_the_wait_of_a_closed_receiver() {
    model(|| {
        let (sender, mut receiver) = channel(1);
        sender.try_send(1).unwrap();
        let other = thread::spawn(move || {
            {
                let mut cancelled = pin!(sender.send(2));
                let _ = poll_once(cancelled.as_mut());
            }
            sender
        });
        // Receiving hands the permit to the waiting sender.
        assert_eq!(block_on(receiver.recv()), Some(1));
        receiver.close();
        while let Some(number) = block_on(receiver.recv()) {
            assert_eq!(number, 2);
        }
        let _sender = other.join().unwrap();
    });
}

#[test]
fn two_permits_returned_at_the_same_time_end_the_wait_of_a_closed_receiver() {
    model(|| {
        let (sender, mut receiver) = channel::<()>(2);
        let [mine, others] = [(); 2].map(|()| sender.clone().try_reserve_owned().unwrap());
        receiver.close();
        let other = thread::spawn(move || others.release());
        let mine = mine.release();
        assert!(block_on(receiver.recv()).is_none());
        let _all = (other.join().unwrap(), mine, sender);
    });
}

#[test]
fn try_recv_finds_a_message_when_the_receiver_is_not_empty() {
    model(|| {
        let (sender, mut receiver) = unbounded_channel();
        let other = thread::spawn(move || sender.send(1).unwrap());
        let mut received = 0;
        for _ in 0..2 {
            if !receiver.is_empty() {
                receiver.try_recv().unwrap();
                received += 1;
            }
        }
        other.join().unwrap();
        assert_eq!(receiver.len() + received, 1);
    });
}

#[test]
fn a_receiver_dropped_during_a_send_leaks_no_waker() {
    model(|| {
        let (waker, count) = Count::waker();
        let (sender, mut receiver) = channel(1);
        let permit = sender.clone().try_reserve_owned().unwrap();
        assert!(poll(pin!(receiver.recv()), &waker).is_pending());
        let other = thread::spawn(move || permit.send(Arc::new(1)));
        drop(receiver);
        let sender = (other.join().unwrap(), sender);
        drop(waker);
        assert_eq!(std::sync::Arc::strong_count(&count), 1);
        drop(sender);
    });
}

#[test]
fn a_dropped_receiver_wakes_a_sender_that_waits_for_it() {
    model(|| {
        let (sender, receiver) = channel::<()>(1);
        let other = thread::spawn(move || drop(receiver));
        block_on(sender.closed());
        assert!(sender.try_send(()).is_err());
        other.join().unwrap();
    });
}

#[test]
fn a_send_that_fails_because_of_the_close_finds_the_channel_closed() {
    model(|| {
        let (sender, mut receiver) = channel(1);
        let other = thread::spawn(move || receiver.close());
        if sender.try_send(()).is_err() {
            assert!(sender.is_closed());
        }
        other.join().unwrap();
    });
}

#[test]
fn an_upgrade_races_with_the_last_sender_and_the_receiver_sees_the_result() {
    model(|| {
        let (sender, mut receiver) = unbounded_channel();
        let weak = sender.downgrade();
        let other = thread::spawn(move || drop(sender));
        let sent = match weak.upgrade() {
            Some(sender) => {
                sender.send(1).unwrap();
                1
            }
            None => 0,
        };
        let mut received = 0;
        while let Some(number) = block_on(receiver.recv()) {
            received += number;
        }
        assert_eq!(received, sent);
        other.join().unwrap();
    });
}
