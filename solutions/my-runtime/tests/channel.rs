//! The promises of the channel.

use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use my_runtime::channel::{SendError, Sender, channel};
use my_runtime::executor::Executor;

mod common;

use common::counter::Counter;
use common::foreign;
use common::{poll, poll_with};

#[test]
fn messages_arrive_in_the_order_of_send() {
    let (sender, mut receiver) = channel(8);
    let executor = Executor::new();
    let all = executor.block_on(async move {
        for number in 1..=3 {
            sender.send(number).await.expect("the receiver is there");
        }
        drop(sender);
        let mut all = Vec::new();
        while let Some(number) = receiver.recv().await {
            all.push(number);
        }
        all
    });
    assert_eq!(all, [1, 2, 3], "the messages in the order in which they were sent");
}

#[test]
fn a_message_wakes_the_receiver() {
    let ((sender, mut receiver), counter) = (channel(1), Counter::new());
    let mut received = pin!(receiver.recv());
    assert!(poll_with(received.as_mut(), &counter.waker()).is_pending());
    assert_eq!(poll(pin!(sender.send(7))), Poll::Ready(Ok(())));
    assert!(counter.wakes() > 0, "a message came, and the receiver was not woken");
    assert_eq!(poll(received), Poll::Ready(Some(7)));
}

#[test]
fn a_full_channel_makes_a_sender_wait_until_there_is_room() {
    let ((sender, mut receiver), counter) = (channel(1), Counter::new());
    assert!(poll(pin!(sender.send(1))).is_ready());
    let mut waiting = pin!(sender.send(2));
    assert!(poll_with(waiting.as_mut(), &counter.waker()).is_pending());
    assert_eq!(receiver.len(), 1, "messages in the channel");
    assert_eq!(poll(pin!(receiver.recv())), Poll::Ready(Some(1)));
    assert!(counter.wakes() > 0, "there is room, and the sender was not woken");
    assert_eq!(poll(waiting), Poll::Ready(Ok(())));
    assert_eq!(poll(pin!(receiver.recv())), Poll::Ready(Some(2)));
}

#[test]
fn a_sender_that_finds_its_room_taken_waits_again() {
    let (sender, mut receiver) = channel(1);
    assert!(poll(pin!(sender.send(1))).is_ready());
    let mut waiting = pin!(sender.send(2));
    assert!(poll(waiting.as_mut()).is_pending());
    assert_eq!(poll(pin!(receiver.recv())), Poll::Ready(Some(1)));
    assert!(poll(pin!(sender.send(3))).is_ready(), "a newcomer takes the room");
    assert!(poll(waiting.as_mut()).is_pending());
    assert_eq!(receiver.len(), 1, "the channel keeps its limit");
    assert_eq!(poll(pin!(receiver.recv())), Poll::Ready(Some(3)));
    assert!(poll(waiting).is_ready());
}

#[test]
fn two_rooms_wake_two_senders() {
    let (sender, mut receiver) = channel(2);
    assert!(poll(pin!(sender.send(1))).is_ready());
    assert!(poll(pin!(sender.send(2))).is_ready());
    let counters = [Counter::new(), Counter::new()];
    let (mut first, mut second) = (pin!(sender.send(3)), pin!(sender.send(4)));
    assert!(poll_with(first.as_mut(), &counters[0].waker()).is_pending());
    assert!(poll_with(second.as_mut(), &counters[1].waker()).is_pending());
    assert!(poll(pin!(receiver.recv())).is_ready());
    assert!(poll(pin!(receiver.recv())).is_ready());
    let woken = counters.map(|counter| counter.wakes() > 0);
    assert_eq!(woken, [true, true], "there is room for both senders: which were woken?");
}

#[test]
fn a_recv_that_is_dropped_loses_no_message() {
    let (sender, mut receiver) = channel(1);
    {
        let mut received = pin!(receiver.recv());
        assert!(poll(received.as_mut()).is_pending());
        assert!(poll(pin!(sender.send(7))).is_ready());
    }
    assert_eq!(poll(pin!(receiver.recv())), Poll::Ready(Some(7)));
}

#[test]
fn a_send_that_is_dropped_leaves_its_room_to_the_next_one() {
    let ((sender, mut receiver), counter) = (channel(1), Counter::new());
    assert!(poll(pin!(sender.send(1))).is_ready());
    let mut first = Box::pin(sender.send(2));
    let mut second = pin!(sender.send(3));
    assert!(poll(first.as_mut()).is_pending());
    assert!(poll_with(second.as_mut(), &counter.waker()).is_pending());
    assert!(poll(pin!(receiver.recv())).is_ready());
    drop(first);
    assert!(counter.wakes() > 0, "there is room, and the next sender was not woken");
    assert!(poll(second).is_ready());
}

#[test]
fn the_receiver_hears_that_the_last_sender_is_gone() {
    let ((sender, mut receiver), counter) = (channel::<u32>(1), Counter::new());
    let other = sender.clone();
    let mut received = pin!(receiver.recv());
    assert!(poll_with(received.as_mut(), &counter.waker()).is_pending());
    drop(sender);
    assert!(poll_with(received.as_mut(), &counter.waker()).is_pending());
    let before = counter.wakes();
    drop(other);
    assert!(counter.wakes() > before, "the end came, and the receiver was not woken");
    assert_eq!(poll(received), Poll::Ready(None));
}

#[test]
fn the_messages_of_a_sender_that_is_gone_are_received() {
    let (sender, mut receiver) = channel(2);
    assert!(poll(pin!(sender.send(7))).is_ready());
    drop(sender);
    assert_eq!(poll(pin!(receiver.recv())), Poll::Ready(Some(7)));
    assert_eq!(poll(pin!(receiver.recv())), Poll::Ready(None));
}

#[test]
fn every_waiting_sender_hears_that_the_receiver_is_gone() {
    let (sender, receiver) = channel(1);
    assert!(poll(pin!(sender.send(1))).is_ready());
    let counters = [Counter::new(), Counter::new()];
    let (mut first, mut second) = (pin!(sender.send(2)), pin!(sender.send(3)));
    assert!(poll_with(first.as_mut(), &counters[0].waker()).is_pending());
    assert!(poll_with(second.as_mut(), &counters[1].waker()).is_pending());
    drop(receiver);
    let woken = counters.map(|counter| counter.wakes() > 0);
    assert_eq!(woken, [true, true], "the receiver is gone: which senders were woken?");
    assert_eq!(poll(first), Poll::Ready(Err(SendError(2))));
    assert_eq!(poll(second), Poll::Ready(Err(SendError(3))));
    assert_eq!(poll(pin!(sender.send(4))), Poll::Ready(Err(SendError(4))));
}

#[test]
fn a_dropped_receiver_drops_its_messages() {
    struct Letter(Rc<Cell<u32>>, Rc<RefCell<Option<Sender<Letter>>>>);
    impl Drop for Letter {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
            // A destructor may use the channel.
            drop(self.1.take());
        }
    }
    let ((sender, receiver), dropped) = (channel(1), Rc::<Cell<u32>>::default());
    let letter = Letter(Rc::clone(&dropped), Rc::new(RefCell::new(Some(sender.clone()))));
    assert!(poll(pin!(sender.send(letter))).is_ready());
    drop(receiver);
    assert_eq!(dropped.get(), 1, "the message is dropped with the receiver");
}

/// A waker that sends, from the moment at which the returned flag is set.
fn sends(sender: &Sender<u32>) -> (Waker, Rc<Cell<bool>>) {
    let (sender, on) = (sender.clone(), Rc::<Cell<bool>>::default());
    let flag = Rc::clone(&on);
    let waker = foreign::waker(move || {
        if flag.get() {
            let _ = poll(pin!(sender.send(9)));
        }
    });
    (waker, on)
}

#[test]
fn the_waker_of_the_receiver_may_use_the_channel() {
    let (sender, mut receiver) = channel(8);
    let (waker, on) = sends(&sender);
    let mut received = Box::pin(receiver.recv());
    assert!(poll_with(received.as_mut(), &waker).is_pending());
    on.set(true);
    assert!(poll(pin!(sender.send(7))).is_ready());
    on.set(false);
    foreign::check("the channel");
    assert_eq!(poll(received.as_mut()), Poll::Ready(Some(7)));
    drop(received);
    assert_eq!(receiver.len(), 1, "the message of the waker");
}

#[test]
fn the_waker_of_a_sender_may_use_the_channel() {
    let (sender, mut receiver) = channel(1);
    assert!(poll(pin!(sender.send(7))).is_ready());
    let (waker, on) = sends(&sender);
    let mut waiting = pin!(sender.send(8));
    assert!(poll_with(waiting.as_mut(), &waker).is_pending());
    on.set(true);
    assert_eq!(poll(pin!(receiver.recv())), Poll::Ready(Some(7)));
    on.set(false);
    foreign::check("the channel");
    assert_eq!(
        poll(pin!(receiver.recv())),
        Poll::Ready(Some(9)),
        "the message of the waker"
    );
}

#[test]
fn tasks_of_your_executor_use_the_channel() {
    let (executor, (sender, mut receiver)) = (Executor::new(), channel(2));
    for meter in 1..=3 {
        let sender = sender.clone();
        drop(executor.spawner().spawn(async move {
            for _ in 0..10 {
                sender.send(meter).await.expect("the receiver is there");
            }
        }));
    }
    drop(sender);
    let (readings, litres) = executor.block_on(async move {
        let (mut readings, mut litres) = (0, 0);
        while let Some(reading) = receiver.recv().await {
            readings += 1;
            litres += reading;
        }
        (readings, litres)
    });
    assert_eq!((readings, litres), (30, 60), "readings, and the sum of their litres");
}
