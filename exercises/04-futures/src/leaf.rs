//! Exercise `futures/leaf`: write a leaf future from an empty `poll`.
//!
//! `Device` is complete. It plays a script, so a test can let the device finish at
//! any moment of your `poll`.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// A device that measures one number. It has a slot for the waker of the task that
/// waits for the number.
#[derive(Default)]
pub struct Device {
    result: Cell<Option<u32>>,
    slot: RefCell<Option<Waker>>,
    script: Cell<Option<(Step, u32)>>,
}

/// What a future can do with a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Call [`Device::register`].
    Register,
    /// Call [`Device::check`].
    Check,
}

impl Device {
    /// Creates a device that is still measuring.
    pub fn new() -> Device {
        Device::default()
    }

    /// Leaves `waker` in the slot. It replaces the waker that was there.
    pub fn register(&self, waker: Waker) {
        let replaced = self.slot.replace(Some(waker));
        // A waker runs foreign code when it is dropped. The slot is free again now.
        drop(replaced);
        self.after(Step::Register);
    }

    /// Returns the result if the device has finished.
    pub fn check(&self) -> Option<u32> {
        let result = self.result.get();
        self.after(Step::Check);
        result
    }

    /// The device finishes: it stores its result, then wakes the task whose waker is
    /// in the slot. With an empty slot, no task is woken, now or later.
    pub fn finish(&self, result: u32) {
        self.result.set(Some(result));
        let waker = self.slot.borrow_mut().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// For tests: the device finishes right after the next call of this step, as if
    /// its own thread came at that moment.
    pub fn finish_after(&self, step: Step, result: u32) {
        self.script.set(Some((step, result)));
    }

    fn after(&self, step: Step) {
        if let Some((at, result)) = self.script.get()
            && at == step
        {
            self.script.set(None);
            self.finish(result);
        }
    }

    /// Waits for the result.
    pub fn measure(&self) -> Measure<'_> {
        Measure { device: self }
    }
}

/// A future that is ready with the result of a device. Made by [`Device::measure`].
pub struct Measure<'d> {
    // You may change the fields.
    device: &'d Device,
}

impl Future for Measure<'_> {
    type Output = u32;

    /// # Panics
    ///
    /// If it is polled after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
        let _: (&Device, &Waker) = (self.device, cx.waker());
        todo!("return the result, or make sure that the device wakes this task")
    }
}
