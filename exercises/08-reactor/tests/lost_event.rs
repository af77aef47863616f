//! The promises of `Readiness`.

mod foreign;

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Wake, Waker};

use reactor_exercises::lost_event::{Readiness, Ready, Token};

/// Counts its wakes.
#[derive(Default)]
struct Count(AtomicU32);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

fn poll(readiness: &Readiness, token: Token, waker: &Waker) -> Poll<Ready> {
    readiness.poll_ready(token, &mut Context::from_waker(waker))
}

fn ready(readiness: &Readiness, token: Token) -> Ready {
    match poll(readiness, token, Waker::noop()) {
        Poll::Ready(ready) => ready,
        Poll::Pending => panic!("the source should be ready"),
    }
}

thread_local! {
    /// What happens when the waker below is cloned.
    static ON_CLONE: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
    static WAKES: RefCell<u32> = const { RefCell::new(0) };
}

/// A waker that runs code when it is cloned. It stands for another thread that does
/// something at this moment.
fn interrupting() -> Waker {
    static TABLE: RawWakerVTable = RawWakerVTable::new(
        |data| {
            if let Some(action) = ON_CLONE.take() {
                action();
            }
            RawWaker::new(data, &TABLE)
        },
        |_| WAKES.with_borrow_mut(|wakes| *wakes += 1),
        |_| WAKES.with_borrow_mut(|wakes| *wakes += 1),
        |_| (),
    );
    // SAFETY: the functions of the table never use the pointer.
    unsafe { Waker::new(std::ptr::null(), &TABLE) }
}

#[test]
fn an_event_wakes_the_task_that_waits_for_it() {
    let readiness = Readiness::default();
    let token = readiness.register();
    let count = Arc::new(Count::default());
    assert!(poll(&readiness, token, &Waker::from(Arc::clone(&count))).is_pending());
    readiness.event(token);
    assert_eq!(count.0.load(SeqCst), 1, "one event causes one wake");
    ready(&readiness, token);
}

#[test]
fn an_event_during_the_poll_is_not_lost() {
    let readiness: &'static Readiness = Box::leak(Box::default());
    let token = readiness.register();
    ON_CLONE.set(Some(Box::new(move || readiness.event(token))));
    let polled = poll(readiness, token, &interrupting());
    let woken = WAKES.with_borrow(|wakes| *wakes > 0);
    assert!(
        polled.is_ready() || woken,
        "the event came during the poll, and the task waits for ever"
    );
}

#[test]
fn a_source_stays_ready_until_its_task_clears_it() {
    let readiness = Readiness::default();
    let token = readiness.register();
    readiness.event(token);
    ready(&readiness, token);
    let seen = ready(&readiness, token);
    readiness.clear(seen);
    assert!(poll(&readiness, token, Waker::noop()).is_pending());
}

#[test]
fn an_event_before_the_clearing_is_not_lost() {
    let readiness = Readiness::default();
    let token = readiness.register();
    readiness.event(token);
    let seen = ready(&readiness, token);
    // The socket has answered `WouldBlock`, and now new bytes arrive.
    readiness.event(token);
    readiness.clear(seen);
    let seen = ready(&readiness, token);
    readiness.clear(seen);
    assert!(poll(&readiness, token, Waker::noop()).is_pending());
}

#[test]
fn an_old_event_does_not_make_a_new_source_ready() {
    let readiness = Readiness::default();
    let old = readiness.register();
    readiness.deregister(old);
    let new = readiness.register();
    let count = Arc::new(Count::default());
    assert!(poll(&readiness, new, &Waker::from(Arc::clone(&count))).is_pending());
    readiness.event(old);
    assert_eq!(count.0.load(SeqCst), 0, "the event of the old source woke a task");
    assert!(poll(&readiness, new, Waker::noop()).is_pending());
}

#[test]
fn an_old_clearing_does_not_touch_a_new_source() {
    let readiness = Readiness::default();
    let old = readiness.register();
    readiness.event(old);
    let seen = ready(&readiness, old);
    readiness.deregister(old);
    let new = readiness.register();
    readiness.event(new);
    readiness.clear(seen);
    ready(&readiness, new);
}

#[test]
fn a_second_deregistration_does_not_remove_a_new_source() {
    let readiness = Readiness::default();
    let old = readiness.register();
    readiness.deregister(old);
    let new = readiness.register();
    readiness.deregister(old);
    readiness.event(new);
    ready(&readiness, new);
}

#[test]
fn the_waker_of_the_latest_poll_is_woken() {
    let readiness = Readiness::default();
    let token = readiness.register();
    let counts = [(); 2].map(|()| Arc::new(Count::default()));
    for count in &counts {
        assert!(poll(&readiness, token, &Waker::from(Arc::clone(count))).is_pending());
    }
    readiness.event(token);
    let wakes = counts.map(|count| count.0.load(SeqCst));
    assert_eq!(wakes, [0, 1], "the wakes of the first and of the latest waker");
}

#[test]
fn a_waker_may_use_the_readiness() {
    let readiness: &'static Readiness = Box::leak(Box::default());
    let (token, other) = (readiness.register(), readiness.register());
    let waker = foreign::waker(move || readiness.event(other));
    assert!(poll(readiness, token, &waker).is_pending());
    readiness.event(token);
    foreign::check("the readiness");
}

#[test]
fn a_waker_that_is_replaced_may_use_the_readiness() {
    let readiness: &'static Readiness = Box::leak(Box::default());
    let (token, other) = (readiness.register(), readiness.register());
    let waker = foreign::waker(move || readiness.event(other));
    for _ in 0..2 {
        assert!(poll(readiness, token, &waker).is_pending());
    }
    foreign::check("the readiness");
}

#[test]
fn the_waker_of_a_removed_source_may_use_the_readiness() {
    let readiness: &'static Readiness = Box::leak(Box::default());
    let (token, other) = (readiness.register(), readiness.register());
    let waker = foreign::waker(move || readiness.event(other));
    assert!(poll(readiness, token, &waker).is_pending());
    readiness.deregister(token);
    foreign::check("the readiness");
}
