use super::{Notify, mpsc};
use crate::sync::{
    mpsc::error::{TryRecvError, TrySendError},
    testing::{Count, at_once, glance, poll, strangers},
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
fn messages_come_in_order_until_all_senders_are_gone() {
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
    assert_eq!(glance(end), Poll::Ready(None));
}

#[test]
fn a_full_channel_makes_its_senders_wait_in_turn() {
    let (sender, mut receiver) = mpsc::channel(1);
    at_once(sender.send(0)).unwrap();
    let mut first = Box::pin(sender.send(1));
    let mut second = pin!(sender.send(2));
    let (waker, count) = Count::waker();
    assert!(glance(first.as_mut()).is_pending());
    assert!(poll(second.as_mut(), &waker).is_pending());
    assert_eq!(at_once(receiver.recv()), Some(0));
    assert_eq!(sender.try_send(9), Err(TrySendError::Full(9)));
    assert!(
        glance(second.as_mut()).is_pending(),
        "it is the first's turn"
    );
    assert!(poll(second.as_mut(), &waker).is_pending());
    drop(first);
    assert_eq!(count.wakes(), 1, "which it passes on");
    assert_eq!(glance(second), Poll::Ready(Ok(())));
    assert_eq!(receiver.try_recv(), Ok(2));
    assert_eq!(sender.capacity(), 1);
}

#[test]
fn closing_refuses_who_waits_and_not_who_was_given_room() {
    let (sender, mut receiver) = mpsc::channel(1);
    at_once(sender.send(0)).unwrap();
    let mut given = pin!(sender.send(1));
    let mut waits = pin!(sender.send(2));
    assert!(glance(given.as_mut()).is_pending());
    assert!(glance(waits.as_mut()).is_pending());
    assert_eq!(receiver.try_recv(), Ok(0));
    receiver.close();
    assert!(sender.is_closed());
    assert_eq!(glance(waits).map_err(|error| error.0), Poll::Ready(Err(2)));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(glance(given), Poll::Ready(Ok(())));
    assert_eq!(at_once(receiver.recv()), Some(1));
    assert_eq!(at_once(receiver.recv()), None);
}

#[test]
fn room_given_back_after_closing_ends_the_wait() {
    let (sender, mut receiver) = mpsc::channel(1);
    at_once(sender.send(0)).unwrap();
    let mut given = Box::pin(sender.send(1));
    assert!(glance(given.as_mut()).is_pending());
    assert_eq!(receiver.try_recv(), Ok(0));
    receiver.close();
    let (waker, count) = Count::waker();
    let mut end = pin!(receiver.recv());
    assert!(poll(end.as_mut(), &waker).is_pending());
    drop(given);
    assert_eq!(count.wakes(), 1);
    assert_eq!(glance(end), Poll::Ready(None));
}

#[test]
fn messages_that_nobody_received_are_dropped_with_the_receiver() {
    let message = Rc::new(());
    let (sender, receiver) = mpsc::channel(2);
    sender.try_send(Rc::clone(&message)).unwrap();
    drop(receiver);
    assert_eq!(Rc::strong_count(&message), 1);
    assert!(sender.try_send(message).is_err());
}

#[test]
fn a_notification_reaches_who_waited_longest_or_is_kept() {
    let notify = Notify::new();
    notify.notify_one();
    notify.notify_one();
    at_once(notify.notified());
    let mut first = Box::pin(notify.notified());
    let mut second = pin!(notify.notified());
    assert!(glance(first.as_mut()).is_pending());
    assert!(glance(second.as_mut()).is_pending());
    notify.notify_one();
    assert!(glance(second.as_mut()).is_pending());
    drop(first);
    assert!(glance(second.as_mut()).is_ready(), "in its place");
    assert!(glance(second).is_ready(), "and stays so");
}

#[test]
fn all_are_notified_who_were_made_before() {
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
        assert!(glance(wait.as_mut()).is_ready());
    }
    at_once(unpolled);
    assert!(glance(pin!(notify.notified())).is_pending());
}

#[test]
fn who_leaves_from_anywhere_in_the_queue_leaves_it_whole() {
    for leaves in 0..4 {
        let notify = Notify::new();
        let mut waits: Vec<_> = (0..4).map(|_| Box::pin(notify.notified())).collect();
        for wait in &mut waits {
            assert!(glance(wait.as_mut()).is_pending());
        }
        drop(waits.remove(leaves));
        for wait in &mut waits {
            notify.notify_one();
            assert!(glance(wait.as_mut()).is_ready());
        }
    }
}

thread_local! {
    static MEDDLED_WITH: RefCell<Option<Rc<Notify>>> = const { RefCell::new(None) };
}

#[test]
fn trap_10_a_waker_may_use_what_it_is_woken_by() {
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
        let waker = strangers::meddling(meddle);
        // Notified, by the clone of its own waker.
        let mut wait = pin!(notify.notified());
        assert!(poll(wait.as_mut(), &waker).is_ready());
        let mut other = pin!(notify.notified());
        assert!(glance(other.as_mut()).is_pending());
        assert!(poll(other.as_mut(), &waker).is_ready());
    }
    MEDDLED_WITH.set(None);
}

#[test]
fn who_is_woken_by_a_send_may_look_at_the_channel() {
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
    assert_eq!(looks.0.load(SeqCst), 1, "its panic would be swallowed");
}

#[test]
fn a_receiver_that_is_dropped_keeps_no_waker() {
    let (sender, mut receiver) = mpsc::unbounded_channel::<i32>();
    let (waker, count) = Count::waker();
    assert!(poll(pin!(receiver.recv()), &waker).is_pending());
    drop(receiver);
    drop(waker);
    assert_eq!(Arc::strong_count(&count), 1);
    assert!(sender.is_closed());
}
