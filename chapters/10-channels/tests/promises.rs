//! Each test holds one claim that the chapter makes. Miri runs them too. The tests in
//! `models.rs` check the interleavings of several threads.
#![cfg(not(feature = "loom"))]

use std::cell::{Cell, RefCell};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use channels::mpsc::{self, SendError, TrySendError};
use channels::oneshot::{self, Dropped};
use channels::{Closed, Semaphore};
use executor::Executor;
use futures_util::StreamExt;
use pinning::race;
use wakers::block_on;

/// A waker that counts its wakes.
#[derive(Default)]
struct Wakes(AtomicU32);

impl Wakes {
    fn count(&self) -> u32 {
        // Relaxed: the test has only one thread.
        self.0.load(Relaxed)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        // Relaxed: the test has only one thread.
        self.0.fetch_add(1, Relaxed);
    }
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn poll_with<F: Future>(future: Pin<&mut F>, wakes: &Arc<Wakes>) -> Poll<F::Output> {
    let waker = Waker::from(Arc::clone(wakes));
    future.poll(&mut Context::from_waker(&waker))
}

/// Counts its destructors.
struct Counted(Rc<Cell<u32>>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

// The channel for one value.

#[test]
fn a_sent_value_wakes_the_receiver_and_is_received_once() {
    let ((sender, mut receiver), wakes) = (oneshot::channel(), Arc::<Wakes>::default());
    assert_eq!(poll_with(Pin::new(&mut receiver), &wakes), Poll::Pending);
    assert_eq!(sender.send(7), Ok(()));
    assert_eq!(wakes.count(), 1);
    assert_eq!(poll(Pin::new(&mut receiver)), Poll::Ready(Ok(7)));
    assert_eq!(poll(Pin::new(&mut receiver)), Poll::Ready(Err(Dropped)));
}

#[test]
fn a_receiver_hears_that_the_sender_was_dropped() {
    let ((sender, mut receiver), wakes) =
        (oneshot::channel::<u32>(), Arc::<Wakes>::default());
    assert_eq!(poll_with(Pin::new(&mut receiver), &wakes), Poll::Pending);
    drop(sender);
    assert_eq!(wakes.count(), 1);
    assert_eq!(poll(Pin::new(&mut receiver)), Poll::Ready(Err(Dropped)));
}

#[test]
fn a_value_without_a_receiver_comes_back() {
    let (sender, receiver) = oneshot::channel();
    drop(receiver);
    assert!(sender.is_closed());
    assert_eq!(sender.send(7), Err(7));
}

#[test]
fn a_value_that_was_sent_survives_a_receiver_that_lost_a_race() {
    let (sender, mut receiver) = oneshot::channel();
    let mut first = Box::pin(race(&mut receiver, std::future::pending::<()>()));
    assert!(poll(first.as_mut()).is_pending());
    sender.send(7).expect("the receiver is there");
    drop(first);
    assert_eq!(block_on(receiver), Ok(7));
}

// The semaphore.

#[test]
fn tasks_get_permits_in_the_order_of_their_first_polls() {
    let semaphore = Semaphore::new(0);
    let (mut first, mut second) = (pin!(semaphore.acquire()), pin!(semaphore.acquire()));
    let wakes = [Arc::<Wakes>::default(), Arc::default()];
    assert!(poll_with(second.as_mut(), &wakes[1]).is_pending());
    assert!(poll_with(first.as_mut(), &wakes[0]).is_pending());
    semaphore.add_permit();
    assert_eq!([wakes[0].count(), wakes[1].count()], [0, 1]);
    assert!(poll(first).is_pending());
    assert!(poll(second).is_ready());
}

#[test]
fn each_added_permit_wakes_another_task() {
    let semaphore = Semaphore::new(0);
    let (mut first, mut second) = (pin!(semaphore.acquire()), pin!(semaphore.acquire()));
    let wakes = [Arc::<Wakes>::default(), Arc::default()];
    assert!(poll_with(first.as_mut(), &wakes[0]).is_pending());
    assert!(poll_with(second.as_mut(), &wakes[1]).is_pending());
    semaphore.add_permit();
    semaphore.add_permit();
    assert_eq!([wakes[0].count(), wakes[1].count()], [1, 1]);
}

#[test]
fn a_permit_that_was_given_to_a_waiting_task_cannot_be_taken_by_another() {
    let semaphore = Semaphore::new(0);
    let mut waiting = pin!(semaphore.acquire());
    assert!(poll(waiting.as_mut()).is_pending());
    semaphore.add_permit();
    assert!(semaphore.try_acquire().is_none());
    assert!(poll(pin!(semaphore.acquire())).is_pending());
    assert!(poll(waiting).is_ready());
}

#[test]
fn a_dropped_waiter_passes_its_permit_to_the_next_one() {
    let semaphore = Semaphore::new(0);
    let mut first = Box::pin(semaphore.acquire());
    let mut second = pin!(semaphore.acquire());
    let wakes = Arc::<Wakes>::default();
    assert!(poll(first.as_mut()).is_pending());
    assert!(poll_with(second.as_mut(), &wakes).is_pending());
    semaphore.add_permit();
    drop(first);
    assert_eq!(wakes.count(), 1);
    assert!(poll(second).is_ready());
}

#[test]
fn a_waiter_leaves_the_list_from_any_position() {
    for leaves in 0..3 {
        let semaphore = Semaphore::new(0);
        let mut waiting: Vec<_> = (0..3).map(|_| Box::pin(semaphore.acquire())).collect();
        for waiter in &mut waiting {
            assert!(poll(waiter.as_mut()).is_pending());
        }
        drop(waiting.remove(leaves));
        semaphore.add_permit();
        for mut waiter in waiting {
            // This task gives its permit back at once, and the next one gets it.
            assert!(poll(waiter.as_mut()).is_ready());
        }
        assert_eq!(semaphore.available(), 1);
    }
}

#[test]
fn the_waker_of_the_last_poll_is_woken() {
    let semaphore = Semaphore::new(0);
    let mut waiting = pin!(semaphore.acquire());
    let wakes = [Arc::<Wakes>::default(), Arc::default()];
    assert!(poll_with(waiting.as_mut(), &wakes[0]).is_pending());
    assert!(poll_with(waiting.as_mut(), &wakes[1]).is_pending());
    semaphore.add_permit();
    assert_eq!([wakes[0].count(), wakes[1].count()], [0, 1]);
}

#[test]
fn closing_refuses_waiting_and_later_tasks_but_not_those_with_a_permit() {
    let semaphore = Semaphore::new(0);
    let (mut granted, mut waiting) =
        (pin!(semaphore.acquire()), pin!(semaphore.acquire()));
    let wakes = Arc::<Wakes>::default();
    assert!(poll(granted.as_mut()).is_pending());
    assert!(poll_with(waiting.as_mut(), &wakes).is_pending());
    semaphore.add_permit();
    semaphore.close();
    assert_eq!(wakes.count(), 1);
    assert!(matches!(poll(granted), Poll::Ready(Ok(_))));
    assert!(matches!(poll(waiting), Poll::Ready(Err(Closed))));
    assert!(matches!(poll(pin!(semaphore.acquire())), Poll::Ready(Err(Closed))));
}

/// A waker that runs code when it is woken.
struct Hook(Box<dyn Fn() + Send + Sync>);

impl Wake for Hook {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

#[test]
fn a_waker_may_use_the_semaphore_that_wakes_it() {
    let semaphore = Arc::new(Semaphore::new(0));
    let inner = Arc::clone(&semaphore);
    let hook = Waker::from(Arc::new(Hook(Box::new(move || inner.add_permit()))));
    let mut waiting = pin!(semaphore.acquire());
    assert!(waiting.as_mut().poll(&mut Context::from_waker(&hook)).is_pending());
    semaphore.add_permit();
    assert_eq!(semaphore.available(), 1);
    assert!(poll(waiting).is_ready());
}

#[test]
fn closing_wakes_all_waiting_tasks_although_a_waker_panics() {
    let semaphore = Semaphore::new(0);
    let (mut first, mut second) = (pin!(semaphore.acquire()), pin!(semaphore.acquire()));
    let bad = Hook(Box::new(|| panic!("this panic is part of the test")));
    let bad = Waker::from(Arc::new(bad));
    assert!(first.as_mut().poll(&mut Context::from_waker(&bad)).is_pending());
    let wakes = Arc::<Wakes>::default();
    assert!(poll_with(second.as_mut(), &wakes).is_pending());
    semaphore.close();
    assert_eq!(wakes.count(), 1);
    assert!(matches!(poll(first), Poll::Ready(Err(Closed))));
    assert!(matches!(poll(second), Poll::Ready(Err(Closed))));
}

// The channel for many values.

#[test]
fn messages_arrive_in_the_order_of_send() {
    let (sender, mut receiver) = mpsc::channel(3);
    let other = sender.clone();
    sender.try_send(1).expect("there is room");
    other.try_send(2).expect("there is room");
    sender.try_send(3).expect("there is room");
    drop((sender, other));
    let all = block_on(async {
        let mut all = Vec::new();
        while let Some(message) = receiver.recv().await {
            all.push(message);
        }
        all
    });
    assert_eq!(all, [1, 2, 3]);
}

#[test]
fn a_full_channel_makes_its_senders_wait() {
    let ((sender, mut receiver), wakes) = (mpsc::channel(1), Arc::<Wakes>::default());
    sender.try_send(1).expect("there is room");
    assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
    let mut sending = pin!(sender.send(3));
    assert!(poll_with(sending.as_mut(), &wakes).is_pending());
    assert_eq!(block_on(receiver.recv()), Some(1));
    assert_eq!(wakes.count(), 1);
    assert_eq!(poll(sending), Poll::Ready(Ok(())));
    assert_eq!(block_on(receiver.recv()), Some(3));
}

#[test]
fn a_message_wakes_the_receiver() {
    let ((sender, mut receiver), wakes) = (mpsc::channel(1), Arc::<Wakes>::default());
    assert!(poll_with(pin!(receiver.recv()), &wakes).is_pending());
    sender.try_send(1).expect("there is room");
    assert_eq!(wakes.count(), 1);
}

#[test]
fn a_recv_that_lost_a_race_loses_no_message() {
    let (sender, mut receiver) = mpsc::channel(1);
    let mut raced = Box::pin(race(std::future::pending::<()>(), receiver.recv()));
    assert!(poll(raced.as_mut()).is_pending());
    sender.try_send(1).expect("there is room");
    drop(raced);
    assert_eq!(block_on(receiver.recv()), Some(1));
}

#[test]
fn a_send_that_is_dropped_loses_its_message_and_a_reserve_does_not() {
    let (sender, mut receiver) = mpsc::channel(1);
    sender.try_send(1).expect("there is room");
    let dropped = Rc::<Cell<u32>>::default();
    let message = RefCell::new(Some(Counted(Rc::clone(&dropped))));
    {
        let mut reserving = pin!(sender.reserve());
        assert!(poll(reserving.as_mut()).is_pending());
    }
    assert!(message.borrow().is_some() && dropped.get() == 0);
    let (other, _receiver) = mpsc::channel(1);
    other.try_send(Counted(Rc::clone(&dropped))).expect("there is room");
    {
        let mut sending = pin!(other.send(message.take().expect("it is still there")));
        assert!(poll(sending.as_mut()).is_pending());
    }
    assert_eq!(dropped.get(), 1);
    assert_eq!(block_on(receiver.recv()), Some(1));
}

#[test]
fn a_permit_holds_its_room_until_it_is_used_or_dropped() {
    let (sender, mut receiver) = mpsc::channel(1);
    let permit = block_on(sender.reserve()).expect("it is open");
    assert_eq!(sender.try_send(1), Err(TrySendError::Full(1)));
    permit.send(2);
    assert_eq!(block_on(receiver.recv()), Some(2));
    drop(block_on(sender.reserve()).expect("it is open"));
    assert_eq!(sender.try_send(3), Ok(()));
}

#[test]
fn the_receiver_hears_when_the_last_sender_is_dropped() {
    let ((sender, mut receiver), wakes) =
        (mpsc::channel::<()>(1), Arc::<Wakes>::default());
    let other = sender.clone();
    assert!(poll_with(pin!(receiver.recv()), &wakes).is_pending());
    drop(sender);
    assert_eq!(wakes.count(), 0);
    drop(other);
    assert_eq!(wakes.count(), 1);
    assert_eq!(poll(pin!(receiver.recv())), Poll::Ready(None));
}

#[test]
fn a_closed_channel_still_delivers_what_was_sent() {
    let (sender, mut receiver) = mpsc::channel(2);
    sender.try_send(1).expect("there is room");
    let permit = block_on(sender.reserve()).expect("it is open");
    receiver.close();
    assert_eq!(block_on(sender.send(2)), Err(SendError(2)));
    assert_eq!(sender.try_send(3), Err(TrySendError::Closed(3)));
    assert_eq!(block_on(receiver.recv()), Some(1));
    assert!(poll(pin!(receiver.recv())).is_pending(), "a permit is still out");
    permit.send(4);
    assert_eq!(block_on(receiver.recv()), Some(4));
    assert_eq!(block_on(receiver.recv()), None);
}

#[test]
fn a_permit_given_back_to_a_closed_channel_wakes_the_receiver() {
    let ((sender, mut receiver), wakes) =
        (mpsc::channel::<()>(1), Arc::<Wakes>::default());
    let permit = block_on(sender.reserve()).expect("it is open");
    receiver.close();
    assert!(poll_with(pin!(receiver.recv()), &wakes).is_pending());
    drop(permit);
    assert_eq!(wakes.count(), 1);
    assert_eq!(poll(pin!(receiver.recv())), Poll::Ready(None));
}

#[test]
fn a_dropped_reserve_that_had_the_last_permit_wakes_the_receiver() {
    let ((sender, mut receiver), wakes) = (mpsc::channel(1), Arc::<Wakes>::default());
    sender.try_send(1).expect("there is room");
    let mut reserving = Box::pin(sender.reserve());
    assert!(poll(reserving.as_mut()).is_pending());
    assert_eq!(block_on(receiver.recv()), Some(1));
    receiver.close();
    assert!(poll_with(pin!(receiver.recv()), &wakes).is_pending());
    drop(reserving);
    assert_eq!(wakes.count(), 1);
    assert_eq!(poll(pin!(receiver.recv())), Poll::Ready(None));
}

#[test]
fn a_dropped_receiver_drops_its_messages_and_refuses_new_ones() {
    let ((sender, receiver), dropped) = (mpsc::channel(2), Rc::<Cell<u32>>::default());
    assert!(sender.try_send(Counted(Rc::clone(&dropped))).is_ok());
    drop(receiver);
    assert_eq!(dropped.get(), 1);
    assert!(sender.is_closed());
    let refused = block_on(sender.send(Counted(Rc::clone(&dropped))));
    assert!(refused.is_err() && dropped.get() == 1);
}

#[test]
fn a_dropped_receiver_leaves_no_waker_behind() {
    let ((sender, mut receiver), wakes) =
        (mpsc::channel::<()>(1), Arc::<Wakes>::default());
    assert!(poll_with(pin!(receiver.recv()), &wakes).is_pending());
    assert_eq!(Arc::strong_count(&wakes), 2);
    drop(receiver);
    assert_eq!(Arc::strong_count(&wakes), 1);
    drop(sender);
}

#[test]
fn a_message_may_contain_a_sender_of_its_own_channel() {
    struct Letter(Option<mpsc::Sender<Letter>>);
    let (sender, receiver) = mpsc::channel(1);
    let own = sender.clone();
    sender.try_send(Letter(Some(own))).expect("there is room");
    drop(sender);
    drop(receiver);
    let (sender, mut receiver) = mpsc::channel(1);
    sender.try_send(Letter(None)).expect("there is room");
    assert!(block_on(receiver.recv()).is_some_and(|letter| letter.0.is_none()));
}

#[test]
fn a_receiver_is_a_stream() {
    let (sender, receiver) = mpsc::channel(3);
    for number in 1..=3 {
        sender.try_send(number).expect("there is room");
    }
    drop(sender);
    let doubled: Vec<i32> = block_on(receiver.map(|number| number * 2).collect());
    assert_eq!(doubled, [2, 4, 6]);
}

#[test]
#[should_panic(expected = "a channel needs room for a message")]
fn a_channel_without_room_is_refused() {
    drop(mpsc::channel::<()>(0));
}

#[test]
fn tasks_of_one_executor_and_threads_use_the_same_channel() {
    let (executor, (sender, mut receiver)) = (Executor::new(), mpsc::channel(2));
    let from_thread = sender.clone();
    let device = thread::spawn(move || {
        block_on(async {
            for number in 1..=10 {
                from_thread.send(number).await.expect("the receiver is there");
            }
        });
    });
    drop(executor.spawner().spawn(async move {
        for number in 1..=10 {
            sender.send(number).await.expect("the receiver is there");
        }
    }));
    let total: i32 = executor.block_on(async {
        let mut total = 0;
        while let Some(number) = receiver.recv().await {
            total += number;
        }
        total
    });
    device.join().expect("the device ends");
    assert_eq!(total, 110);
}

#[test]
fn the_ends_of_a_channel_may_change_threads() {
    fn is_send_and_sync<T: Send + Sync>(_: &T) {}
    let (sender, receiver) = mpsc::channel::<Cell<u32>>(1);
    is_send_and_sync(&sender);
    is_send_and_sync(&receiver);
    is_send_and_sync(&oneshot::channel::<Cell<u32>>());
    is_send_and_sync(&Semaphore::new(1).acquire());
}
