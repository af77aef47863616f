//! What the chapter promises, one test for each invariant of its page. Miri runs
//! them too; what happens between threads is in `models.rs`.
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

/// Counts what is done to it.
#[derive(Default)]
struct Counts {
    woken: AtomicU32,
    cloned: AtomicU32,
}

impl Counts {
    fn woken(&self) -> u32 {
        // Relaxed: there is one thread.
        self.woken.load(Relaxed)
    }
}

impl Wake for Counts {
    fn wake(self: Arc<Self>) {
        // Relaxed: there is one thread.
        self.woken.fetch_add(1, Relaxed);
    }
}

/// A waker whose clone does something first: it stands for another thread that
/// comes at that moment.
struct Meanwhile<'m>(&'m dyn Fn());

// A static and no constant, which may have several addresses: `will_wake` compares them.
static MEANWHILE: RawWakerVTable = RawWakerVTable::new(
    |data| {
        // SAFETY: the test keeps it longer than its wakers.
        (unsafe { &*data.cast::<Meanwhile<'_>>() }.0)();
        RawWaker::new(data, &MEANWHILE)
    },
    |_| (),
    |_| (),
    |_| (),
);

impl Meanwhile<'_> {
    fn waker(&self) -> Waker {
        // SAFETY: the functions do nothing but call it, on the thread of the test.
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
    assert_eq!(Arc::strong_count(&parker), 3, "by reference: it is still there");
    second.wake();
    assert_eq!(Arc::strong_count(&parker), 2, "used up");
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
    assert_eq!(Arc::strong_count(&elsewhere), 2, "a clone does not borrow");
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
    // Would sleep for ever.
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
    // A blocking channel inside a future does this: it parks, and is unparked.
    let polls = Cell::new(0);
    block_on(poll_fn(|cx| {
        cx.waker().wake_by_ref();
        thread::park();
        polls.set(polls.get() + 1);
        if polls.get() < 2 { Poll::Pending } else { Poll::Ready(()) }
    }));
    assert_eq!(polls.get(), 2);
}

/// Runs a future that is pending once; `device` gets its waker, on another thread.
fn polls_until(device: impl FnOnce(Waker, &thread::Thread) + Send) -> u32 {
    let (polls, here) = (Cell::new(0), &thread::current());
    let (to_device, wakers) = mpsc::channel::<Waker>();
    thread::scope(|scope| {
        scope
            .spawn(move || device(wakers.recv().expect("the first poll sends it"), here));
        let over = Cell::new(false);
        block_on(poll_fn(|cx| {
            polls.set(polls.get() + 1);
            if over.replace(true) {
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
    assert_eq!(polls_until(|waker, _| waker.wake()), 2);
}

#[test]
fn an_unpark_without_a_wake_causes_no_poll() {
    let unparked = polls_until(|waker, thread| {
        for _ in 0..100 {
            thread.unpark();
            thread::yield_now();
        }
        waker.wake();
    });
    assert_eq!(unparked, 2);
}

#[test]
fn three_wakes_before_park_count_as_one() {
    let (parker, late) = (Parker::new(), AtomicBool::new(false));
    (0..3).for_each(|_| waker_ref(&parker).wake_by_ref());
    parker.park();
    thread::scope(|scope| {
        scope.spawn(|| {
            // Relaxed: `unpark` and `park` order it.
            late.store(true, Relaxed);
            parker.unpark();
        });
        parker.park();
        // Relaxed: as above.
        assert!(late.load(Relaxed), "one of the three was left");
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
    let (place, counts) = (AtomicWaker::new(), Counts::default());
    let counting = Meanwhile(&|| {
        // Relaxed: there is one thread.
        counts.cloned.fetch_add(1, Relaxed);
    });
    for _ in 0..3 {
        place.register(&counting.waker());
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
        |place| {
            SEEN.with_borrow_mut(|seen| seen.push("cloned"));
            // SAFETY: the test keeps it longer than its wakers.
            unsafe { &*place.cast::<AtomicWaker>() }.wake();
            RawWaker::new(place, &VTABLE)
        },
        |_| SEEN.with_borrow_mut(|seen| seen.push("woken")),
        |_| SEEN.with_borrow_mut(|seen| seen.push("woken by reference")),
        |_| (),
    );
    let place = AtomicWaker::new();
    // SAFETY: the functions use the place that the data points to, on this thread.
    let waker = unsafe { Waker::new((&raw const place).cast(), &VTABLE) };
    place.register(&waker);
    assert_eq!(SEEN.take(), ["cloned", "woken"]);
    assert_eq!(format!("{place:?}"), "FREE");
    place.wake();
    assert_eq!(SEEN.take(), [""; 0], "it was woken, so it is gone");
}

#[test]
fn checking_before_registering_loses_the_wake() {
    // The bug of the chapter, in the one order that shows it.
    let (raised, place, counts) = (Cell::new(false), AtomicWaker::new(), Arc::default());
    let waker = Waker::from(Arc::<Counts>::clone(&counts));
    let looked = raised.get();
    raised.set(true);
    place.wake();
    place.register(&waker);
    assert_eq!((looked, counts.woken()), (false, 0), "it will sleep for ever");
}

#[test]
fn a_second_registration_during_the_first_panics() {
    let place = AtomicWaker::new();
    let second = Meanwhile(&|| place.register(Waker::noop()));
    let registered = catch_unwind(AssertUnwindSafe(|| place.register(&second.waker())));
    assert!(registered.is_err());
}
