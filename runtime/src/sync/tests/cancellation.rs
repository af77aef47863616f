use crate::sync::{
    CancellationToken,
    testing::{Count, at_once, poll, poll_once},
};
use std::{
    future::pending,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Wake, Waker},
};

#[test]
fn cancel_wakes_current_waiters_and_later_ones_are_ready() {
    let token = CancellationToken::new();
    let (waker, count) = Count::waker();
    let clone = token.clone();
    let mut first = pin!(token.cancelled());
    let mut second = pin!(clone.cancelled_owned());
    assert!(poll(first.as_mut(), &waker).is_pending());
    assert!(poll(second.as_mut(), &waker).is_pending());
    token.cancel();
    token.cancel();
    assert_eq!(count.wakes(), 2);
    assert!(poll_once(first).is_ready());
    assert!(poll_once(second).is_ready());
    at_once(token.cancelled());
}

#[test]
fn cancelling_a_child_does_not_cancel_its_parent() {
    let token = CancellationToken::new();
    let child = token.child_token();
    let other = token.child_token();
    let grandchild = child.child_token();
    child.cancel();
    assert!(child.is_cancelled() && grandchild.is_cancelled());
    assert!(!token.is_cancelled() && !other.is_cancelled());
    token.cancel();
    assert!(other.is_cancelled());
    assert!(token.child_token().is_cancelled());
}

#[test]
fn a_grandchild_is_cancelled_even_if_the_child_is_dropped() {
    let token = CancellationToken::new();
    let grandchild = token.child_token().child_token();
    token.cancel();
    assert!(grandchild.is_cancelled());
}

#[test]
fn dropped_children_are_removed_from_their_parent() {
    let token = CancellationToken::new();
    for _ in 0..100 {
        drop(token.child_token());
    }
    let _child = token.child_token();
    assert_eq!(token.children(), 1);
}

#[test]
fn pitfall_11_a_long_line_of_tokens_is_cancelled_and_dropped() {
    let first = CancellationToken::new();
    let mut last = first.clone();
    for _ in 0..if cfg!(miri) { 20 } else { 100_000 } {
        last = last.child_token();
    }
    first.cancel();
    assert!(last.is_cancelled());
    drop(first);
    drop(last);
}

#[test]
fn a_drop_guard_cancels_unless_it_is_disarmed() {
    let token = CancellationToken::new();
    drop(token.clone().drop_guard().disarm());
    assert!(!token.is_cancelled());
    drop(token.clone().drop_guard());
    assert!(token.is_cancelled());
}

#[test]
fn run_until_cancelled_ends_when_the_token_is_cancelled() {
    let token = CancellationToken::new();
    assert_eq!(at_once(token.run_until_cancelled(async { 7 })), Some(7));
    let mut runs = pin!(token.run_until_cancelled(pending::<()>()));
    assert!(poll_once(runs.as_mut()).is_pending());
    token.cancel();
    assert!(poll_once(runs).is_ready());
    assert_eq!(at_once(token.run_until_cancelled(async { 7 })), None);
}

#[test]
fn children_are_cancelled_before_any_waiter_is_woken() {
    struct Looks(CancellationToken, AtomicUsize);
    impl Wake for Looks {
        fn wake(self: Arc<Self>) {
            self.1.store(usize::from(self.0.is_cancelled()), SeqCst);
        }
    }
    let token = CancellationToken::new();
    let looks = Arc::new(Looks(token.child_token(), AtomicUsize::new(2)));
    let waker = Waker::from(Arc::clone(&looks));
    let mut cancelled = pin!(token.cancelled());
    let polled = cancelled.as_mut().poll(&mut Context::from_waker(&waker));
    assert!(polled.is_pending());
    token.cancel();
    assert_eq!(looks.1.load(SeqCst), 1);
}

#[test]
fn a_borrowed_drop_guard_cancels_unless_it_is_disarmed() {
    let token = CancellationToken::new();
    let guard = token.drop_guard_ref();
    assert_eq!(guard.token(), &token);
    assert_eq!(guard.disarm(), &token);
    assert!(!token.is_cancelled());
    drop(token.drop_guard_ref());
    assert!(token.is_cancelled());
    assert_eq!(token.clone().drop_guard().token(), &token);
}

#[test]
fn an_owned_wait_keeps_its_token_alive() {
    let token = CancellationToken::new();
    let child = token.child_token();
    let mut waits = Box::pin(child.cancelled_owned());
    let (waker, count) = Count::waker();
    assert!(poll(waits.as_mut(), &waker).is_pending());
    assert_eq!(token.children(), 1);
    token.cancel();
    assert_eq!(count.wakes(), 1);
    assert!(poll_once(waits.as_mut()).is_ready());
    at_once(token.cancelled_owned());
}
