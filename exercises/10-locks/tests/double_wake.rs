//! The promises of the semaphore.

mod foreign;

use std::cell::Cell;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

use locks_exercises::double_wake::Semaphore;

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

fn poll_with<F: Future>(future: Pin<&mut F>, wakes: &Arc<Wakes>) -> Poll<F::Output> {
    let waker = Waker::from(Arc::clone(wakes));
    future.poll(&mut Context::from_waker(&waker))
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_free_permit_is_taken_at_the_first_poll() {
    let semaphore = Semaphore::new(1);
    assert!(poll(pin!(semaphore.acquire())).is_ready());
    assert!(poll(pin!(semaphore.acquire())).is_pending());
    semaphore.release();
    assert!(poll(pin!(semaphore.acquire())).is_ready());
}

#[test]
fn two_permits_wake_two_tasks() {
    let semaphore = Semaphore::new(0);
    let wakes = [Arc::<Wakes>::default(), Arc::default()];
    let (mut first, mut second) = (pin!(semaphore.acquire()), pin!(semaphore.acquire()));
    assert!(poll_with(first.as_mut(), &wakes[0]).is_pending());
    assert!(poll_with(second.as_mut(), &wakes[1]).is_pending());
    semaphore.release();
    semaphore.release();
    let wakes = [wakes[0].count(), wakes[1].count()];
    assert_eq!(wakes, [1, 1], "the wakes of two tasks by two permits");
    assert!(poll(first).is_ready());
    assert!(poll(second).is_ready());
}

#[test]
fn a_woken_task_that_is_dropped_wakes_the_next_one() {
    let semaphore = Semaphore::new(0);
    let wakes = Arc::<Wakes>::default();
    let (mut first, mut second) =
        (Box::pin(semaphore.acquire()), pin!(semaphore.acquire()));
    assert!(poll(first.as_mut()).is_pending());
    assert!(poll_with(second.as_mut(), &wakes).is_pending());
    semaphore.release();
    drop(first);
    assert_eq!(wakes.count(), 1, "a permit is free, and the next task must be woken");
    assert!(poll(second).is_ready(), "the permit is free");
}

#[test]
fn a_task_that_was_woken_too_late_is_woken_again() {
    let semaphore = Semaphore::new(0);
    let wakes = Arc::<Wakes>::default();
    let mut waiting = pin!(semaphore.acquire());
    assert!(poll_with(waiting.as_mut(), &wakes).is_pending());
    semaphore.release();
    assert!(poll(pin!(semaphore.acquire())).is_ready(), "a newcomer takes the permit");
    assert!(poll_with(waiting.as_mut(), &wakes).is_pending());
    semaphore.release();
    assert_eq!(wakes.count(), 2, "each of the two permits wakes the task that waits");
    assert!(poll(waiting).is_ready());
}

#[test]
fn a_waiting_task_that_is_dropped_wakes_no_other_task() {
    let semaphore = Semaphore::new(0);
    let wakes = Arc::<Wakes>::default();
    let (mut first, mut second) =
        (Box::pin(semaphore.acquire()), pin!(semaphore.acquire()));
    assert!(poll(first.as_mut()).is_pending());
    assert!(poll_with(second.as_mut(), &wakes).is_pending());
    drop(first);
    assert_eq!(wakes.count(), 0, "no permit is free, so no task is woken");
    semaphore.release();
    assert_eq!(wakes.count(), 1, "the permit wakes the task that still waits");
}

#[test]
fn a_permit_that_comes_while_the_waker_is_cloned_is_not_missed() {
    let semaphore: &'static Semaphore = Box::leak(Box::new(Semaphore::new(0)));
    let runs = Rc::<Cell<u32>>::default();
    let counted = Rc::clone(&runs);
    let waker = foreign::waker(move || {
        counted.set(counted.get() + 1);
        if counted.get() == 1 {
            semaphore.release();
        }
    });
    let mut waiting = pin!(semaphore.acquire());
    let polled = waiting.as_mut().poll(&mut Context::from_waker(&waker));
    let woken = runs.get() > 1;
    assert!(polled.is_ready() || woken, "a permit is free, and the task sleeps");
}

#[test]
fn a_waker_may_use_the_semaphore() {
    let semaphore: &'static Semaphore = Box::leak(Box::new(Semaphore::new(0)));
    // The waker takes the free permit, waits for another one, and gives the permit back.
    let waker = foreign::waker(|| {
        let taken = poll(pin!(semaphore.acquire())).is_ready();
        assert!(poll(pin!(semaphore.acquire())).is_pending());
        if taken {
            semaphore.release();
        }
    });
    let (mut first, mut second) = (pin!(semaphore.acquire()), pin!(semaphore.acquire()));
    let cx = &mut Context::from_waker(&waker);
    assert!(first.as_mut().poll(cx).is_pending());
    assert!(second.as_mut().poll(cx).is_pending());
    assert!(first.as_mut().poll(cx).is_pending(), "its waker is replaced");
    semaphore.release();
    foreign::check("the semaphore");
    assert!(first.poll(cx).is_ready(), "a permit is free");
}
