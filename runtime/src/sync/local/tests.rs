use super::{Notify, mpsc};
use crate::sync::{
    mpsc::error::{TryRecvError, TrySendError},
    testing::{Count, at_once, hostile_wakers, poll, poll_once},
};
use std::{
    cell::RefCell,
    pin::pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll, Wake, Waker},
};

#[test]
fn messages_arrive_in_order_until_all_senders_are_dropped() {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let clone = sender.clone();
    sender.send(1).unwrap();
    clone.send(2).unwrap();
    drop(sender);
    assert_eq!(at_once(receiver.recv()), Some(1));
    assert_eq!(at_once(receiver.recv()), Some(2));
    let (waker, count) = Count::waker();
    let mut end = pin!(receiver.recv());
    assert!(poll(end.as_mut(), &waker).is_pending());
    drop(clone);
    assert_eq!(count.wakes(), 1);
    assert_eq!(poll_once(end), Poll::Ready(None));
}

#[test]
fn senders_to_a_full_channel_send_in_the_order_in_which_they_came() {
    let (sender, mut receiver) = mpsc::channel(1);
    at_once(sender.send(0)).unwrap();
    let mut first = Box::pin(sender.send(1));
    let mut second = pin!(sender.send(2));
    let (waker, count) = Count::waker();
    assert!(poll_once(first.as_mut()).is_pending());
    assert!(poll(second.as_mut(), &waker).is_pending());
    assert_eq!(at_once(receiver.recv()), Some(0));
    assert_eq!(sender.try_send(9), Err(TrySendError::Full(9)));
    assert!(
        poll_once(second.as_mut()).is_pending(),
        "the first sender has the space"
    );
    assert!(poll(second.as_mut(), &waker).is_pending());
    drop(first);
    assert_eq!(count.wakes(), 1, "the second sender gets the space");
    assert_eq!(poll_once(second), Poll::Ready(Ok(())));
    assert_eq!(receiver.try_recv(), Ok(2));
    assert_eq!(sender.capacity(), 1);
}

#[test]
fn close_refuses_waiting_senders_and_keeps_reserved_space() {
    let (sender, mut receiver) = mpsc::channel(1);
    at_once(sender.send(0)).unwrap();
    let mut given = pin!(sender.send(1));
    let mut waits = pin!(sender.send(2));
    assert!(poll_once(given.as_mut()).is_pending());
    assert!(poll_once(waits.as_mut()).is_pending());
    assert_eq!(receiver.try_recv(), Ok(0));
    receiver.close();
    assert!(sender.is_closed());
    assert_eq!(
        poll_once(waits).map_err(|error| error.0),
        Poll::Ready(Err(2))
    );
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(poll_once(given), Poll::Ready(Ok(())));
    assert_eq!(at_once(receiver.recv()), Some(1));
    assert_eq!(at_once(receiver.recv()), None);
}

#[test]
fn a_cancelled_send_ends_the_wait_of_a_closed_receiver() {
    let (sender, mut receiver) = mpsc::channel(1);
    at_once(sender.send(0)).unwrap();
    let mut given = Box::pin(sender.send(1));
    assert!(poll_once(given.as_mut()).is_pending());
    assert_eq!(receiver.try_recv(), Ok(0));
    receiver.close();
    let (waker, count) = Count::waker();
    let mut end = pin!(receiver.recv());
    assert!(poll(end.as_mut(), &waker).is_pending());
    drop(given);
    assert_eq!(count.wakes(), 1);
    assert_eq!(poll_once(end), Poll::Ready(None));
}

#[test]
fn unreceived_messages_are_dropped_with_the_receiver() {
    let message = Rc::new(());
    let (sender, receiver) = mpsc::channel(2);
    sender.try_send(Rc::clone(&message)).unwrap();
    drop(receiver);
    assert_eq!(Rc::strong_count(&message), 1);
    assert!(sender.try_send(message).is_err());
}

#[test]
fn notify_one_wakes_the_oldest_waiter_or_stores_a_permit() {
    let notify = Notify::new();
    notify.notify_one();
    notify.notify_one();
    at_once(notify.notified());
    let mut first = Box::pin(notify.notified());
    let mut second = pin!(notify.notified());
    assert!(poll_once(first.as_mut()).is_pending());
    assert!(poll_once(second.as_mut()).is_pending());
    notify.notify_one();
    assert!(poll_once(second.as_mut()).is_pending());
    drop(first);
    assert!(
        poll_once(second.as_mut()).is_ready(),
        "it got the notification of the first"
    );
    assert!(poll_once(second).is_ready(), "it stays ready");
}

#[test]
fn notify_waiters_notifies_all_futures_created_before() {
    let notify = Notify::new();
    let (waker, count) = Count::waker();
    let mut waits = [(); 3].map(|()| Box::pin(notify.notified()));
    for wait in &mut waits {
        assert!(poll(wait.as_mut(), &waker).is_pending());
    }
    let unpolled = notify.notified();
    notify.notify_waiters();
    assert_eq!(count.wakes(), 3);
    for wait in &mut waits {
        assert!(poll_once(wait.as_mut()).is_ready());
    }
    at_once(unpolled);
    assert!(poll_once(pin!(notify.notified())).is_pending());
}

#[test]
fn a_waiter_can_leave_from_any_position_of_the_queue() {
    for leaves in 0..4 {
        let notify = Notify::new();
        let mut waits: Vec<_> = (0..4).map(|_| Box::pin(notify.notified())).collect();
        for wait in &mut waits {
            assert!(poll_once(wait.as_mut()).is_pending());
        }
        drop(waits.remove(leaves));
        for wait in &mut waits {
            notify.notify_one();
            assert!(poll_once(wait.as_mut()).is_ready());
        }
    }
}

thread_local! {
    static MEDDLED_WITH: RefCell<Option<Rc<Notify>>> = const { RefCell::new(None) };
}

#[test]
fn pitfall_10_a_waker_may_call_the_type_that_wakes_it() {
    fn meddle() {
        MEDDLED_WITH.with_borrow(|notify| {
            let notify = notify.as_ref().unwrap();
            notify.notify_waiters();
            drop(notify.notified());
        });
    }
    let notify = Rc::new(Notify::new());
    MEDDLED_WITH.set(Some(Rc::clone(&notify)));
    {
        let waker = hostile_wakers::calling(meddle);
        // Cloning its waker has notified it.
        let mut wait = pin!(notify.notified());
        assert!(poll(wait.as_mut(), &waker).is_ready());
        let mut other = pin!(notify.notified());
        assert!(poll_once(other.as_mut()).is_pending());
        assert!(poll(other.as_mut(), &waker).is_ready());
    }
    MEDDLED_WITH.set(None);
}

#[test]
fn a_waker_may_use_the_channel_while_a_send_wakes_it() {
    thread_local! {
        static SENDER: RefCell<Option<mpsc::Sender<u8>>> = const { RefCell::new(None) };
    }
    struct Looks(AtomicUsize);
    impl Wake for Looks {
        fn wake(self: Arc<Self>) {
            SENDER.with_borrow(|sender| sender.as_ref().unwrap().capacity());
            self.0.fetch_add(1, SeqCst);
        }
    }
    let looks = Arc::new(Looks(AtomicUsize::new(0)));
    let waker = Waker::from(Arc::clone(&looks));
    let (sender, mut receiver) = mpsc::channel(1);
    SENDER.set(Some(sender.clone()));
    assert!(
        receiver
            .poll_recv(&mut Context::from_waker(&waker))
            .is_pending()
    );
    let send = std::pin::pin!(sender.send(1));
    assert!(
        send.poll(&mut Context::from_waker(Waker::noop()))
            .is_ready()
    );
    SENDER.set(None);
    assert_eq!(looks.0.load(SeqCst), 1, "the waker ran to its end");
}

#[test]
fn a_dropped_receiver_keeps_no_waker() {
    let (sender, mut receiver) = mpsc::unbounded_channel::<i32>();
    let (waker, count) = Count::waker();
    assert!(poll(pin!(receiver.recv()), &waker).is_pending());
    drop(receiver);
    drop(waker);
    assert_eq!(Arc::strong_count(&count), 1);
    assert!(sender.is_closed());
}

#[test]
fn notify_last_wakes_the_waiter_that_came_last() {
    let notify = Notify::new();
    let mut first = pin!(notify.notified());
    let mut second = pin!(notify.notified());
    let mut third = Box::pin(notify.notified());
    assert!(poll_once(first.as_mut()).is_pending());
    assert!(poll_once(second.as_mut()).is_pending());
    assert!(poll_once(third.as_mut()).is_pending());
    notify.notify_last();
    drop(third);
    assert!(poll_once(first.as_mut()).is_pending());
    assert!(
        poll_once(second).is_ready(),
        "it got the notification of the third"
    );
    notify.notify_last();
    assert!(poll_once(first).is_ready());
    notify.notify_last();
    at_once(notify.notified());
}
