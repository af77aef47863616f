//! The promises of the leaf future `Measure`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

use futures_exercises::leaf::{Device, Step};

/// Counts the wakes of its wakers.
#[derive(Default)]
struct Counter(AtomicU32);

impl Counter {
    fn wakes(&self) -> u32 {
        // Relaxed: all is on one thread.
        self.0.load(Relaxed)
    }
}

impl Wake for Counter {
    fn wake(self: Arc<Self>) {
        // Relaxed: all is on one thread.
        self.0.fetch_add(1, Relaxed);
    }
}

fn poll<F: Future>(future: Pin<&mut F>, counter: &Arc<Counter>) -> Poll<F::Output> {
    let waker = Waker::from(Arc::clone(counter));
    future.poll(&mut Context::from_waker(&waker))
}

#[test]
fn a_result_that_is_there_is_returned_at_the_first_poll() {
    let (device, counter) = (Device::new(), Arc::default());
    device.finish(7);
    assert_eq!(poll(pin!(device.measure()), &counter), Poll::Ready(7));
}

#[test]
fn the_device_wakes_a_task_that_waits() {
    let (device, counter) = (Device::new(), Arc::default());
    let mut measure = pin!(device.measure());
    assert_eq!(poll(measure.as_mut(), &counter), Poll::Pending);
    device.finish(7);
    assert_eq!(counter.wakes(), 1, "wakes after the device has finished");
    assert_eq!(poll(measure, &counter), Poll::Ready(7));
}

#[test]
fn a_pending_future_does_not_wake_itself() {
    let (device, counter) = (Device::new(), Arc::default());
    let mut measure = pin!(device.measure());
    for _ in 0..3 {
        assert_eq!(poll(measure.as_mut(), &counter), Poll::Pending);
    }
    assert_eq!(counter.wakes(), 0, "wakes before the device has finished");
}

/// The device finishes during the first poll, or during a later one. Either that poll
/// returns the result, or the task was woken to poll again.
fn finishes_after(step: Step) {
    for earlier_polls in 0..2 {
        finishes_during(earlier_polls, step);
    }
}

fn finishes_during(earlier_polls: usize, step: Step) {
    let (device, counter) = (Device::new(), Arc::default());
    let mut measure = pin!(device.measure());
    for _ in 0..earlier_polls {
        assert_eq!(poll(measure.as_mut(), &counter), Poll::Pending);
    }
    device.finish_after(step, 7);
    if poll(measure.as_mut(), &counter).is_pending() {
        assert!(counter.wakes() > 0, "the device finished, but no task was woken");
        assert_eq!(poll(measure, &counter), Poll::Ready(7));
    }
}

#[test]
fn no_wake_is_lost_if_the_device_finishes_after_the_check() {
    finishes_after(Step::Check);
}

#[test]
fn no_wake_is_lost_if_the_device_finishes_after_the_registration() {
    finishes_after(Step::Register);
}

#[test]
fn the_waker_of_the_latest_poll_is_woken() {
    let device = Device::new();
    let (old, new) = (Arc::<Counter>::default(), Arc::<Counter>::default());
    let mut measure = pin!(device.measure());
    assert_eq!(poll(measure.as_mut(), &old), Poll::Pending);
    assert_eq!(poll(measure.as_mut(), &new), Poll::Pending);
    device.finish(7);
    assert_eq!((old.wakes(), new.wakes()), (0, 1), "wakes of the old and the new task");
}

#[test]
fn a_poll_after_the_end_panics() {
    let (device, counter) = (Device::new(), Arc::default());
    let mut measure = pin!(device.measure());
    device.finish(7);
    assert_eq!(poll(measure.as_mut(), &counter), Poll::Ready(7));
    let again = catch_unwind(AssertUnwindSafe(|| poll(measure, &counter)));
    let message = again.expect_err("the second poll must panic");
    let message = message
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| message.downcast_ref::<String>().cloned());
    assert_eq!(message.as_deref(), Some("`Measure` polled after completion"));
}
