//! The promises of `waker` and `block_on`. They also run under Miri.

use std::cell::Cell;
use std::future::poll_fn;
use std::mem;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use my_runtime::waker::{Parker, block_on, waker};

/// A parker with eight leaked references, so a mistake in counting does not free it.
fn parker() -> Arc<Parker> {
    let parker = Parker::new();
    for _ in 0..8 {
        mem::forget(Arc::clone(&parker));
    }
    parker
}

/// The references that belong to wakers.
fn references(parker: &Arc<Parker>) -> usize {
    let all = Arc::strong_count(parker);
    assert!(all >= 9, "a reference was given back that did not belong to a waker");
    all - 9
}

#[test]
fn a_waker_owns_one_reference_and_gives_it_back() {
    let parker = parker();
    let waker = waker(Arc::clone(&parker));
    assert_eq!(references(&parker), 1, "while the waker lives");
    drop(waker);
    assert_eq!(references(&parker), 0, "after its drop");
}

#[test]
fn a_clone_owns_a_reference_of_its_own() {
    let parker = parker();
    let first = waker(Arc::clone(&parker));
    let second = first.clone();
    assert_eq!(references(&parker), 2, "with two wakers");
    drop(first);
    assert_eq!(references(&parker), 1, "with the clone alone");
    drop(second);
    assert_eq!(references(&parker), 0, "without wakers");
}

#[test]
fn wake_unparks_and_gives_the_reference_back() {
    let parker = parker();
    waker(Arc::clone(&parker)).wake();
    assert_eq!(references(&parker), 0, "references after `wake`");
    parker.park();
}

#[test]
fn wake_by_ref_unparks_and_keeps_the_reference() {
    let parker = parker();
    let waker = waker(Arc::clone(&parker));
    for _ in 0..3 {
        waker.wake_by_ref();
        assert_eq!(references(&parker), 1, "references after `wake_by_ref`");
        parker.park();
    }
}

#[test]
fn a_clone_wakes_the_same_thread() {
    let (parker, other) = (parker(), Parker::new());
    let first = waker(Arc::clone(&parker));
    assert!(first.will_wake(&first.clone()), "a clone wakes the same thread");
    assert!(first.will_wake(&waker(Arc::clone(&parker))), "both wake the same thread");
    assert!(!first.will_wake(&waker(other)), "another parker is another waker");
    let second = first.clone();
    second.wake();
    parker.park();
}

#[test]
fn a_waker_works_from_another_thread() {
    let parker = parker();
    let waker = waker(Arc::clone(&parker));
    let other = thread::spawn(move || waker.wake());
    parker.park();
    other.join().expect("the other thread wakes us");
}

#[test]
fn block_on_polls_before_it_parks() {
    assert_eq!(block_on(async { 7 }), 7);
}

#[test]
fn a_wake_during_the_poll_causes_another_poll() {
    let mut left = 3;
    let polls = Cell::new(0);
    block_on(poll_fn(|cx| {
        polls.set(polls.get() + 1);
        left -= 1;
        cx.waker().wake_by_ref();
        if left == 0 { Poll::Ready(()) } else { Poll::Pending }
    }));
    assert_eq!(polls.get(), 3, "polls");
}

#[test]
fn block_on_sleeps_until_a_wake() {
    let polls = Arc::new(AtomicUsize::new(0));
    let (to_device, wakers) = mpsc::channel::<Waker>();
    let device = thread::spawn({
        let polls = Arc::clone(&polls);
        move || {
            let waker = wakers.recv().expect("the future sends its waker");
            // Long enough for a busy loop to poll again, also on a busy machine.
            let until = Instant::now() + Duration::from_millis(200);
            while polls.load(SeqCst) == 1 && Instant::now() < until {
                thread::yield_now();
            }
            let before = polls.load(SeqCst);
            waker.wake();
            before
        }
    });
    block_on(poll_fn(|cx| {
        if polls.fetch_add(1, SeqCst) > 0 {
            return Poll::Ready(());
        }
        to_device.send(cx.waker().clone()).expect("the device listens");
        Poll::Pending
    }));
    assert_eq!(device.join().expect("the device wakes us"), 1, "polls before the wake");
}

#[test]
fn block_on_can_run_inside_block_on() {
    let inner = async { block_on(async { 7 }) };
    assert_eq!(block_on(pin!(inner)), 7);
}

#[test]
fn block_on_gives_back_every_reference() {
    let mut kept = None;
    block_on(poll_fn(|cx| {
        kept = Some(cx.waker().clone());
        Poll::Ready(())
    }));
    // The clone outlives `block_on`, so it must keep the parker alive.
    kept.expect("the future was polled").wake();
}
