//! Each test holds one claim that the chapter makes. Miri runs them too. The tests
//! in `models.rs` check the interleavings of several threads.
#![cfg(not(feature = "loom"))]

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Wake, Waker};
use std::thread;

use wakers::{AtomicWaker, Flag, Parker, block_on, waker, waker_ref};

/// Counts wakes and clones.
#[derive(Default)]
struct Counts {
    woken: AtomicU32,
    cloned: AtomicU32,
}

impl Counts {
    fn woken(&self) -> u32 {
        // Relaxed: the test has only one thread.
        self.woken.load(Relaxed)
    }
}

impl Wake for Counts {
    fn wake(self: Arc<Self>) {
        // Relaxed: the test has only one thread.
        self.woken.fetch_add(1, Relaxed);
    }
}

/// A waker whose clone function runs a closure first. The closure stands for
/// another thread that acts in the middle of a registration.
struct Meanwhile<'m>(&'m dyn Fn());

// A static, because `will_wake` compares addresses and a constant may have several.
static MEANWHILE: RawWakerVTable = RawWakerVTable::new(
    |data| {
        // SAFETY: the test keeps the closure alive longer than its wakers.
        (unsafe { &*data.cast::<Meanwhile<'_>>() }.0)();
        RawWaker::new(data, &MEANWHILE)
    },
    |_| (),
    |_| (),
    |_| (),
);

impl Meanwhile<'_> {
    fn waker(&self) -> Waker {
        // SAFETY: the functions get the pointer to a `Meanwhile` that they expect, and
        // they run only on the test's thread.
        unsafe { Waker::new(std::ptr::from_ref(self).cast(), &MEANWHILE) }
    }
}

fn poll_with<F: Future>(future: Pin<&mut F>, waker: &Waker) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(waker))
}

#[test]
fn each_waker_owns_one_reference_to_its_parker() {
    let parker = Parker::new();
    let first = waker(Arc::clone(&parker));
    assert_eq!(Arc::strong_count(&parker), 2);
    let second = first.clone();
    assert_eq!(Arc::strong_count(&parker), 3);
    second.wake_by_ref();
    assert_eq!(Arc::strong_count(&parker), 3, "`wake_by_ref` keeps the reference");
    second.wake();
    assert_eq!(Arc::strong_count(&parker), 2, "`wake` gives the reference back");
    drop(first);
    assert_eq!(Arc::strong_count(&parker), 1);
    parker.park();
}

#[test]
fn a_borrowed_waker_owns_no_reference_but_its_clones_do() {
    let parker = Parker::new();
    let clone = {
        let borrowed = waker_ref(&parker);
        assert_eq!(Arc::strong_count(&parker), 1);
        borrowed.wake_by_ref();
        let clone = borrowed.clone();
        assert!(borrowed.will_wake(&clone));
        clone
    };
    assert_eq!(Arc::strong_count(&parker), 2);
    let elsewhere = Arc::clone(&parker);
    drop(parker);
    assert_eq!(Arc::strong_count(&elsewhere), 2, "the clone owns a reference");
    clone.wake();
    elsewhere.park();
}

#[test]
fn will_wake_is_true_only_for_wakers_of_the_same_parker() {
    let (one, other) = (Parker::new(), Parker::new());
    let first = waker(Arc::clone(&one));
    assert!(first.will_wake(&first.clone()));
    assert!(first.will_wake(&waker(Arc::clone(&one))));
    assert!(!first.will_wake(&waker(other)));
}

#[test]
fn a_wake_before_park_is_not_lost() {
    let parker = Parker::new();
    waker_ref(&parker).wake_by_ref();
    // If the wake were lost, this call would never return.
    parker.park();
}

#[test]
fn a_wake_during_poll_causes_one_more_poll() {
    let polls = Cell::new(0);
    block_on(poll_fn(|cx| {
        cx.waker().wake_by_ref();
        polls.set(polls.get() + 1);
        if polls.get() < 4 { Poll::Pending } else { Poll::Ready(()) }
    }));
    assert_eq!(polls.get(), 4);
}

#[test]
fn a_poll_that_parks_the_thread_loses_no_wake() {
    // A blocking channel inside a future does the same: it parks the thread and uses
    // up the token of an earlier unpark.
    let polls = Cell::new(0);
    block_on(poll_fn(|cx| {
        cx.waker().wake_by_ref();
        thread::park();
        polls.set(polls.get() + 1);
        if polls.get() < 2 { Poll::Pending } else { Poll::Ready(()) }
    }));
    assert_eq!(polls.get(), 2);
}

/// Runs a future that is pending once, and counts its polls. `device` runs on another
/// thread with the future's waker and a handle of the thread that polls.
fn polls_with(device: impl FnOnce(Waker, &thread::Thread) + Send) -> u32 {
    let (polls, here) = (Cell::new(0), &thread::current());
    let (to_device, wakers) = mpsc::channel::<Waker>();
    thread::scope(|scope| {
        scope.spawn(move || {
            let waker = wakers.recv().expect("the first poll sends its waker");
            device(waker, here);
        });
        let polled = Cell::new(false);
        block_on(poll_fn(|cx| {
            polls.set(polls.get() + 1);
            if polled.replace(true) {
                return Poll::Ready(());
            }
            let _ = to_device.send(cx.waker().clone());
            Poll::Pending
        }));
    });
    polls.get()
}

#[test]
fn block_on_sleeps_until_another_thread_wakes_it() {
    assert_eq!(polls_with(|waker, _| waker.wake()), 2);
}

#[test]
fn an_unpark_without_a_wake_causes_no_poll() {
    let polls = polls_with(|waker, thread| {
        for _ in 0..100 {
            thread.unpark();
            thread::yield_now();
        }
        waker.wake();
    });
    assert_eq!(polls, 2);
}

#[test]
fn three_wakes_before_park_count_as_one() {
    let (parker, late) = (Parker::new(), AtomicBool::new(false));
    (0..3).for_each(|_| waker_ref(&parker).wake_by_ref());
    parker.park();
    thread::scope(|scope| {
        scope.spawn(|| {
            // Relaxed: `unpark` and `park` order the two.
            late.store(true, Relaxed);
            parker.unpark();
        });
        parker.park();
        // Relaxed: as above.
        assert!(late.load(Relaxed), "a second of the three wakes ended this park");
    });
}

#[test]
fn a_wait_polled_without_a_wake_stays_pending() {
    let (flag, counts) = (Flag::new(), Arc::<Counts>::default());
    let waker = Waker::from(Arc::clone(&counts));
    let mut wait = pin!(flag.wait());
    for _ in 0..10 {
        assert_eq!(poll_with(wait.as_mut(), &waker), Poll::Pending);
    }
    flag.raise();
    assert_eq!((counts.woken(), poll_with(wait.as_mut(), &waker)), (1, Poll::Ready(())));
}

#[test]
fn a_wait_on_a_raised_flag_is_ready_at_the_first_poll() {
    let flag = Flag::new();
    flag.raise();
    assert_eq!(poll_with(pin!(flag.wait()), Waker::noop()), Poll::Ready(()));
}

#[test]
fn only_the_waker_of_the_last_poll_is_kept_and_woken() {
    let (flag, old, new) =
        (Flag::new(), Arc::<Counts>::default(), Arc::<Counts>::default());
    let mut wait = pin!(flag.wait());
    for counts in [&old, &new] {
        let waker = Waker::from(Arc::clone(counts));
        assert_eq!(poll_with(wait.as_mut(), &waker), Poll::Pending);
    }
    assert_eq!((Arc::strong_count(&old), Arc::strong_count(&new)), (1, 2));
    flag.raise();
    assert_eq!((old.woken(), new.woken()), (0, 1));
    assert_eq!(Arc::strong_count(&new), 1);
}

#[test]
fn registering_the_same_waker_again_does_not_clone_it() {
    let (slot, counts) = (AtomicWaker::new(), Counts::default());
    let counting = Meanwhile(&|| {
        // Relaxed: the test has only one thread.
        counts.cloned.fetch_add(1, Relaxed);
    });
    for _ in 0..3 {
        slot.register(&counting.waker());
    }
    // Relaxed: as above.
    assert_eq!(counts.cloned.load(Relaxed), 1);
}

#[test]
fn a_flag_raised_during_registration_is_not_missed() {
    let flag = Flag::new();
    let comes = Meanwhile(&|| flag.raise());
    let polled = poll_with(pin!(flag.wait()), &comes.waker());
    assert_eq!(polled, Poll::Ready(()));
}

#[test]
fn a_wake_during_registration_wakes_the_waker_being_registered() {
    thread_local!(static SEEN: RefCell<Vec<&'static str>> = RefCell::default());
    static VTABLE: RawWakerVTable = RawWakerVTable::new(
        |slot| {
            SEEN.with_borrow_mut(|seen| seen.push("cloned"));
            // SAFETY: the test keeps the slot alive longer than its wakers.
            unsafe { &*slot.cast::<AtomicWaker>() }.wake();
            RawWaker::new(slot, &VTABLE)
        },
        |_| SEEN.with_borrow_mut(|seen| seen.push("woken")),
        |_| SEEN.with_borrow_mut(|seen| seen.push("woken by reference")),
        |_| (),
    );
    let slot = AtomicWaker::new();
    // SAFETY: the functions get the pointer to an `AtomicWaker` that they expect, and
    // they run only on this thread.
    let waker = unsafe { Waker::new((&raw const slot).cast(), &VTABLE) };
    slot.register(&waker);
    assert_eq!(SEEN.take(), ["cloned", "woken"]);
    assert_eq!(format!("{slot:?}"), "FREE");
    slot.wake();
    assert_eq!(SEEN.take(), [""; 0], "the slot is empty after the wake");
}

#[test]
fn checking_before_registering_loses_the_wake() {
    // The chapter's bug, in the one order of events that shows it.
    let (raised, slot, counts) = (Cell::new(false), AtomicWaker::new(), Arc::default());
    let waker = Waker::from(Arc::<Counts>::clone(&counts));
    let seen = raised.get();
    raised.set(true);
    slot.wake();
    slot.register(&waker);
    assert_eq!((seen, counts.woken()), (false, 0), "the task will sleep for ever");
}

#[test]
fn a_second_registration_during_the_first_panics() {
    let slot = AtomicWaker::new();
    let second = Meanwhile(&|| slot.register(Waker::noop()));
    let registered = catch_unwind(AssertUnwindSafe(|| slot.register(&second.waker())));
    assert!(registered.is_err());
}
