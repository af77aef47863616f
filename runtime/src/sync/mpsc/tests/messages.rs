//! Sending and receiving.

use crate::sync::{
    mpsc::{channel, error::TryRecvError, unbounded_channel},
    testing::{Count, at_once, poll, poll_once},
};
use std::pin::pin;

#[test]
fn messages_arrive_in_the_order_in_which_they_were_sent() {
    let (sender, mut receiver) = unbounded_channel();
    for number in 0..100 {
        sender.send(number).unwrap();
    }
    assert_eq!(receiver.len(), 100);
    for number in 0..100 {
        assert_eq!(at_once(receiver.recv()), Some(number));
        assert_eq!(receiver.len(), 99 - number);
    }
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
}

#[test]
fn the_length_of_a_channel_counts_its_messages_and_nothing_else() {
    let (sender, mut receiver) = unbounded_channel();
    sender.send(1).unwrap();
    drop(sender);
    assert_eq!(receiver.len(), 1);
    assert_eq!(receiver.try_recv(), Ok(1));
    assert!(receiver.is_empty());
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));

    // Two permits that come back after `close`, and the last sender, request
    // close checks. These are no messages.
    let (sender, mut receiver) = channel(4);
    let permits = [(); 2].map(|()| sender.try_reserve().unwrap());
    sender.try_send(1).unwrap();
    receiver.close();
    permits.into_iter().for_each(drop);
    assert_eq!((receiver.len(), receiver.try_recv()), (1, Ok(1)));
    assert_eq!(receiver.len(), 0);
    drop(sender);
    assert_eq!(receiver.len(), 0);
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    assert!(receiver.is_empty());
}

#[test]
fn recv_many_takes_at_most_the_limit() {
    let (sender, mut receiver) = channel(8);
    for number in 0..5 {
        sender.try_send(number).unwrap();
    }
    let mut buffer = vec![9];
    assert_eq!(at_once(receiver.recv_many(&mut buffer, 0)), 0);
    assert_eq!(at_once(receiver.recv_many(&mut buffer, 3)), 3);
    assert_eq!(sender.capacity(), 6);
    assert_eq!(at_once(receiver.recv_many(&mut buffer, 10)), 2);
    assert_eq!(buffer, [9, 0, 1, 2, 3, 4]);
    drop(sender);
    assert_eq!(at_once(receiver.recv_many(&mut buffer, 10)), 0);
}

#[test]
fn a_cancelled_recv_loses_no_message() {
    let (sender, mut receiver) = unbounded_channel();
    assert!(poll_once(pin!(receiver.recv())).is_pending());
    sender.send(1).unwrap();
    assert_eq!(at_once(receiver.recv()), Some(1));
}

#[test]
fn a_task_that_always_has_messages_makes_way_for_others() {
    let messages = if cfg!(miri) { 140 } else { 1000 };
    let runtime = crate::Runtime::new().unwrap();
    runtime.block_on(async {
        let (sender, mut receiver) = unbounded_channel();
        for number in 0..messages {
            sender.send(number).unwrap();
        }
        let neighbour = crate::spawn_local(async {});
        let mut received = 0;
        while !neighbour.is_finished() {
            receiver.recv().await.unwrap();
            received += 1;
        }
        assert!(received < messages);
    });
}

#[test]
fn messages_from_several_threads_arrive_in_order() {
    let (messages, threads) = if cfg!(miri) { (15, 2) } else { (20_000, 3) };
    let (sender, mut receiver) = channel(5);
    let senders: Vec<_> = (0..threads)
        .map(|thread| {
            let sender = sender.clone();
            std::thread::spawn(move || {
                crate::block_on(async {
                    for number in 0..messages {
                        sender.send((thread, Box::new(number))).await.unwrap();
                    }
                });
            })
        })
        .collect();
    drop(sender);
    let mut next = vec![0; threads];
    crate::block_on(async {
        while let Some((thread, number)) = receiver.recv().await {
            assert_eq!(next[thread], *number, "in order");
            next[thread] += 1;
        }
    });
    assert!(next.iter().all(|&count| count == messages));
    for sender in senders {
        sender.join().unwrap();
    }
}

#[test]
fn a_receiver_is_a_stream_of_its_messages() {
    use futures_util::{Stream, StreamExt};

    let (sender, mut receiver) = channel(2);
    let (waker, count) = Count::waker();
    assert!(poll(pin!(receiver.next()), &waker).is_pending());
    sender.try_send(1).unwrap();
    assert_eq!(count.wakes(), 1);
    sender.try_send(2).unwrap();
    assert_eq!(receiver.size_hint(), (2, None));
    drop(sender);
    assert_eq!(at_once(receiver.collect::<Vec<_>>()), [1, 2]);

    let (sender, receiver) = unbounded_channel();
    sender.send(1).unwrap();
    assert_eq!(receiver.size_hint(), (1, None));
    drop(sender);
    assert_eq!(at_once(receiver.collect::<Vec<_>>()), [1]);
}

#[test]
fn a_thread_can_block_until_messages_come() {
    let (sender, mut receiver) = unbounded_channel();
    std::thread::scope(|threads| {
        threads.spawn(move || (0..5).for_each(|number| sender.send(number).unwrap()));
        let mut received = Vec::new();
        while receiver.blocking_recv_many(&mut received, 2) > 0 {}
        assert_eq!(received, [0, 1, 2, 3, 4]);
        assert_eq!(receiver.blocking_recv(), None);
    });

    let (sender, mut receiver) = channel(1);
    std::thread::scope(|threads| {
        threads.spawn(move || (0..3).for_each(|number| sender.blocking_send(number).unwrap()));
        let mut received = Vec::new();
        while receiver.blocking_recv_many(&mut received, 9) > 0 {}
        assert_eq!(received, [0, 1, 2]);
    });
}

#[test]
fn senders_are_counted() {
    let (sender, receiver) = channel::<()>(1);
    let weak = sender.downgrade();
    let (other, other_weak) = (sender.clone(), weak.clone());
    assert_eq!((sender.strong_count(), sender.weak_count()), (2, 2));
    assert_eq!((weak.strong_count(), weak.weak_count()), (2, 2));
    drop((other, other_weak));
    let counts = (receiver.sender_strong_count(), receiver.sender_weak_count());
    assert_eq!(counts, (1, 1));
    drop(sender);
    assert_eq!((weak.strong_count(), weak.weak_count()), (0, 1));

    let (sender, receiver) = unbounded_channel::<()>();
    let weak = sender.downgrade();
    let (other, other_weak) = (sender.clone(), weak.clone());
    assert_eq!((sender.strong_count(), sender.weak_count()), (2, 2));
    assert_eq!((weak.strong_count(), weak.weak_count()), (2, 2));
    drop((other, other_weak, weak));
    let counts = (receiver.sender_strong_count(), receiver.sender_weak_count());
    assert_eq!(counts, (1, 0));
}

#[test]
fn messages_cross_many_blocks_in_order() {
    let (sender, mut receiver) = unbounded_channel();
    let rounds = if cfg!(miri) { 4 } else { 10 };
    for round in 0..rounds {
        (0..50).for_each(|number| sender.send(Box::new(round * 50 + number)).unwrap());
        for number in 0..40 {
            assert_eq!(*receiver.try_recv().unwrap(), round * 40 + number);
        }
    }
    assert_eq!(receiver.len(), rounds * 10);
}
