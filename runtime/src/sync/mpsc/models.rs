//! Loom models of the channels, with blocks of three slots: senders that race
//! each other and the end of a block, and a receiver that goes to sleep.

use super::{channel, error::TryRecvError, unbounded_channel};
use crate::sync::testing::{Count, block_on, glance, poll};
use loom::{model, sync::Arc, thread};
use std::pin::pin;

#[test]
fn a_message_reaches_a_receiver_that_goes_to_sleep() {
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
        // The next but one claims the last slot, and puts a block in place.
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
fn the_receiver_crosses_the_end_of_a_block_behind_its_sender() {
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
fn a_receiver_that_changes_its_waker_is_woken_by_the_last() {
    model(|| {
        let (sender, mut receiver) = unbounded_channel();
        assert!(glance(pin!(receiver.recv())).is_pending());
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
fn nothing_is_lost_or_leaked_when_the_receiver_goes() {
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
fn closing_waits_for_those_who_were_let_through() {
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
fn what_was_sent_before_one_is_told_so_is_found_at_once() {
    model(|| {
        let (sender, mut receiver) = unbounded_channel();
        let slower = sender.clone();
        let other = thread::spawn(move || slower.send(1).unwrap());
        sender.send(2).unwrap();
        // Behind the other's, perhaps, which may not be finished.
        assert!(receiver.try_recv().is_ok());
        other.join().unwrap();
    });
}

#[test]
fn room_for_one_comes_back_when_it_is_received() {
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
fn a_permit_given_back_after_closing_ends_the_wait() {
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
fn a_cancelled_reservation_that_had_its_permit_ends_the_wait_of_a_closed_receiver() {
    model(|| {
        let (sender, mut receiver) = channel::<()>(1);
        let permit = sender.clone().try_reserve_owned().unwrap();
        let other = thread::spawn(move || {
            {
                let mut cancelled = pin!(sender.reserve());
                // Ready if the receiver has closed already.
                if glance(cancelled.as_mut()).is_pending() {
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
fn a_cancelled_send_that_had_its_permit_ends_the_wait_of_a_closed_receiver() {
    model(|| {
        let (sender, mut receiver) = channel(1);
        sender.try_send(1).unwrap();
        let other = thread::spawn(move || {
            {
                let mut cancelled = pin!(sender.send(2));
                let _ = glance(cancelled.as_mut());
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
fn a_permit_given_back_while_the_receiver_looks_for_another_ends_the_wait() {
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
fn a_receiver_that_is_not_empty_has_something_to_receive() {
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
fn a_receiver_that_goes_takes_its_waker_along_or_leaves_it_to_a_sender() {
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
fn who_waits_for_the_end_of_the_receiver_sees_it() {
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
fn a_weak_sender_is_too_late_or_in_time_and_the_receiver_hears_which() {
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
