use super::{
    Sender, UnboundedReceiver, channel,
    error::{SendTimeoutError, TryRecvError, TrySendError},
    unbounded_channel,
};
use crate::sync::{
    oneshot,
    testing::{Count, at_once, glance, poll},
};
use std::{
    any::Any,
    pin::{Pin, pin},
    rc::Rc,
    sync::Arc,
    task::{Poll, Waker},
    time::Duration,
};

#[test]
fn messages_come_in_the_order_in_which_they_were_sent() {
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
fn a_full_channel_makes_its_senders_wait_in_turn() {
    let (sender, mut receiver) = channel(1);
    at_once(sender.send(0)).unwrap();
    assert_eq!(sender.try_send(9), Err(TrySendError::Full(9)));
    let (waker, count) = Count::waker();
    let mut first = pin!(sender.send(1));
    let mut second = pin!(sender.send(2));
    assert!(poll(first.as_mut(), &waker).is_pending());
    assert!(poll(second.as_mut(), &waker).is_pending());

    assert_eq!(at_once(receiver.recv()), Some(0));
    assert_eq!(count.wakes(), 1, "one place, one wake");
    assert!(
        glance(second.as_mut()).is_pending(),
        "it is the first's turn"
    );
    assert_eq!(sender.try_send(9), Err(TrySendError::Full(9)));
    assert_eq!(glance(first), Poll::Ready(Ok(())));
    assert_eq!(at_once(receiver.recv()), Some(1));
    assert_eq!(glance(second), Poll::Ready(Ok(())));
    assert_eq!(at_once(receiver.recv()), Some(2));
}

#[test]
fn a_sender_that_leaves_passes_its_turn_on() {
    let (sender, mut receiver) = channel(1);
    at_once(sender.send(0)).unwrap();
    let (waker, count) = Count::waker();
    let mut first = Box::pin(sender.send(1));
    let mut second = pin!(sender.send(2));
    assert!(glance(first.as_mut()).is_pending());
    assert!(poll(second.as_mut(), &waker).is_pending());
    assert_eq!(at_once(receiver.recv()), Some(0));
    assert_eq!(count.wakes(), 0);
    drop(first);
    assert_eq!(count.wakes(), 1);
    assert!(glance(second).is_ready());
}

#[test]
fn all_senders_gone_is_the_end_after_what_is_left() {
    let (sender, mut receiver) = channel(4);
    let clone = sender.clone();
    at_once(sender.send(1)).unwrap();
    drop(sender);
    at_once(clone.send(2)).unwrap();
    let (waker, count) = Count::waker();
    assert_eq!(at_once(receiver.recv()), Some(1));
    assert_eq!(at_once(receiver.recv()), Some(2));
    let mut end = pin!(receiver.recv());
    assert!(poll(end.as_mut(), &waker).is_pending());
    drop(clone);
    assert_eq!(count.wakes(), 1);
    assert_eq!(glance(end), Poll::Ready(None));
}

#[test]
fn the_receiver_gone_ends_every_wait_and_gives_messages_back() {
    let (sender, receiver) = channel(1);
    at_once(sender.send(0)).unwrap();
    let mut waits = pin!(sender.send(1));
    let mut closed = pin!(sender.closed());
    assert!(glance(waits.as_mut()).is_pending());
    assert!(glance(closed.as_mut()).is_pending());
    drop(receiver);
    assert!(glance(closed).is_ready());
    let Poll::Ready(Err(error)) = glance(waits) else {
        panic!("it is over")
    };
    assert_eq!(error.0, 1);
    assert_eq!(sender.try_send(2), Err(TrySendError::Closed(2)));
    assert!(sender.is_closed());
}

#[test]
fn messages_that_nobody_received_are_dropped_with_the_receiver() {
    let message = Rc::new(());
    let (sender, receiver) = unbounded_channel();
    for _ in 0..100 {
        sender.send(Rc::clone(&message)).unwrap();
    }
    assert_eq!(Rc::strong_count(&message), 101);
    drop(receiver);
    assert_eq!(Rc::strong_count(&message), 1);
    assert!(sender.send(Rc::clone(&message)).is_err());
    assert_eq!(Rc::strong_count(&message), 1);
}

#[test]
fn a_permit_is_room_that_nobody_else_gets() {
    let (sender, mut receiver) = channel(2);
    let permit = at_once(sender.reserve()).unwrap();
    assert_eq!(sender.capacity(), 1);
    at_once(sender.send(1)).unwrap();
    assert!(sender.try_reserve().is_err());
    permit.send(2);
    assert_eq!(at_once(receiver.recv()), Some(1));
    assert_eq!(at_once(receiver.recv()), Some(2));
    drop(at_once(sender.reserve()));
    assert_eq!(sender.capacity(), 2);
}

#[test]
fn many_permits_come_together_and_what_is_left_goes_back() {
    let (sender, mut receiver) = channel(3);
    let mut permits = at_once(sender.reserve_many(3)).unwrap();
    assert_eq!((permits.len(), sender.capacity()), (3, 0));
    permits.next().unwrap().send(1);
    drop(permits);
    assert_eq!(sender.capacity(), 2);
    assert_eq!(at_once(receiver.recv()), Some(1));
    assert!(
        at_once(sender.reserve_many(4)).is_err(),
        "never so much room"
    );
}

#[test]
fn an_owned_permit_carries_its_sender() {
    let (sender, mut receiver) = channel(1);
    let permit = at_once(sender.reserve_owned()).unwrap();
    let sender = permit.send(1);
    let Err(TrySendError::Full(sender)) = sender.try_reserve_owned() else {
        panic!("it is full")
    };
    assert_eq!(at_once(receiver.recv()), Some(1));
    let sender = sender.try_reserve_owned().unwrap().release();
    assert_eq!(sender.capacity(), 1);
    drop(sender.try_reserve_owned().unwrap());
    assert_eq!(at_once(receiver.recv()), None);
}

#[test]
fn closing_lets_permits_that_are_out_be_used() {
    let (sender, mut receiver) = channel(2);
    let used = sender.try_reserve().unwrap();
    let unused = sender.try_reserve().unwrap();
    receiver.close();
    assert_eq!(sender.try_send(9), Err(TrySendError::Closed(9)));
    let (waker, count) = Count::waker();
    {
        let mut recv = pin!(receiver.recv());
        assert!(poll(recv.as_mut(), &waker).is_pending());
        used.send(1);
        assert_eq!(count.wakes(), 1);
        assert_eq!(glance(recv), Poll::Ready(Some(1)));
    }
    let mut recv = pin!(receiver.recv());
    assert!(poll(recv.as_mut(), &waker).is_pending());
    drop(unused);
    assert_eq!(count.wakes(), 2);
    assert_eq!(glance(recv), Poll::Ready(None));
}

#[test]
fn a_cancelled_wait_for_room_wakes_a_closed_receiver_that_waits_for_its_permit() {
    type Wait<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;
    let waits: [for<'a> fn(&'a Sender<()>) -> Wait<'a>; 4] = [
        |sender| Box::pin(async { sender.send(()).await.unwrap() }),
        |sender| Box::pin(async { drop(sender.reserve().await.unwrap()) }),
        |sender| Box::pin(async { drop(sender.reserve_many(1).await.unwrap()) }),
        |sender| Box::pin(async { drop(sender.clone().reserve_owned().await.unwrap()) }),
    ];
    for wait in waits {
        let (sender, mut receiver) = channel::<()>(1);
        let permit = sender.try_reserve().unwrap();
        let mut wait = wait(&sender);
        assert!(glance(wait.as_mut()).is_pending());
        // The wait has the permit now, and does not know it yet.
        drop(permit);
        receiver.close();
        let (waker, count) = Count::waker();
        let mut end = pin!(receiver.recv());
        assert!(poll(end.as_mut(), &waker).is_pending());
        drop(wait);
        assert_eq!(count.wakes(), 1, "the permit is back, and no more can come");
        assert_eq!(glance(end), Poll::Ready(None));
    }
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

    // A permit that comes back after the end, twice, and the last sender.
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
fn every_return_of_a_permit_wakes_a_closed_receiver_that_waits_again() {
    let (sender, mut receiver) = channel::<()>(3);
    let permits = [(); 3].map(|()| sender.try_reserve().unwrap());
    receiver.close();
    let (waker, count) = Count::waker();
    let mut end = pin!(receiver.recv());
    for (returned, permit) in permits.into_iter().enumerate() {
        assert!(poll(end.as_mut(), &waker).is_pending());
        drop(permit);
        assert_eq!(count.wakes(), returned + 1);
    }
    assert_eq!(glance(end), Poll::Ready(None));
}

#[test]
fn a_receiver_that_is_dropped_keeps_no_waker() {
    let (waker, count) = Count::waker();
    let wakers = || Arc::strong_count(&count) - 1;
    let wait = |waker: &Waker, receiver: &mut UnboundedReceiver<i32>| {
        assert!(poll(pin!(receiver.recv()), waker).is_pending());
    };

    let (sender, mut receiver) = unbounded_channel();
    wait(&waker, &mut receiver);
    assert_eq!(wakers(), 2);
    drop(receiver);
    assert_eq!(wakers(), 1, "it waited");
    assert!(sender.send(1).is_err());

    let (sender, mut receiver) = unbounded_channel();
    wait(&waker, &mut receiver);
    sender.send(1).unwrap();
    drop(receiver);
    assert_eq!(wakers(), 1, "a message had come");

    let (sender, mut receiver) = channel(1);
    let permit = sender.try_reserve().unwrap();
    assert!(poll(pin!(receiver.recv()), &waker).is_pending());
    drop(receiver);
    assert_eq!(wakers(), 1, "a permit is out");
    permit.send(1);
}

#[test]
fn a_weak_sender_does_not_keep_the_channel_open() {
    let (sender, mut receiver) = unbounded_channel();
    let weak = sender.downgrade();
    weak.upgrade().unwrap().send(1).unwrap();
    drop(sender);
    assert!(weak.upgrade().is_none());
    assert_eq!(at_once(receiver.recv()), Some(1));
    assert_eq!(at_once(receiver.recv()), None);

    let (sender, receiver) = channel::<()>(1);
    let weak = sender.downgrade();
    assert!(
        weak.upgrade()
            .is_some_and(|other| other.same_channel(&sender))
    );
    drop(receiver);
    assert!(weak.upgrade().is_some_and(|sender| sender.is_closed()));
}

#[test]
fn many_are_received_at_once_up_to_a_limit() {
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
fn there_is_a_limit_to_patience() {
    let runtime = crate::Runtime::new().unwrap();
    runtime.block_on(async {
        crate::time::pause();
        let (sender, receiver) = channel(1);
        let limit = Duration::from_secs(1);
        assert_eq!(sender.send_timeout(1, limit).await, Ok(()));
        let timed_out = Err(SendTimeoutError::Timeout(2));
        assert_eq!(sender.send_timeout(2, limit).await, timed_out);
        drop(receiver);
        let closed = Err(SendTimeoutError::Closed(3));
        assert_eq!(sender.send_timeout(3, limit).await, closed);
    });
}

#[test]
fn a_wait_that_is_dropped_loses_no_message() {
    let (sender, mut receiver) = unbounded_channel();
    assert!(glance(pin!(receiver.recv())).is_pending());
    sender.send(1).unwrap();
    assert_eq!(at_once(receiver.recv()), Some(1));
}

#[test]
fn a_task_that_always_has_messages_makes_way() {
    let runtime = crate::Runtime::new().unwrap();
    runtime.block_on(async {
        let (sender, mut receiver) = unbounded_channel();
        for number in 0..1000 {
            sender.send(number).unwrap();
        }
        let neighbour = crate::spawn_local(async {});
        let mut received = 0;
        while !neighbour.is_finished() {
            receiver.recv().await.unwrap();
            received += 1;
        }
        assert!(received < 1000);
    });
}

#[test]
fn threads_send_and_nothing_is_lost() {
    let (messages, threads) = if cfg!(miri) { (40, 2) } else { (20_000, 3) };
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
fn a_receiver_is_a_stream_of_what_it_receives() {
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
fn a_message_that_panics_keeps_no_other_from_being_dropped() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("a message's destructor");
        }
    }
    let (sender, receiver) = unbounded_channel::<Box<dyn Any>>();
    let (ask, answer) = oneshot::channel::<()>();
    assert!(sender.send(Box::new(Panics)).is_ok());
    assert!(sender.send(Box::new(ask)).is_ok());
    drop(receiver);
    // The sender is still there, and with it the channel.
    assert!(at_once(answer).is_err());
    drop(sender);
}
