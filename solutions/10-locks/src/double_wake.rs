//! Exercise `locks/double-wake`: a semaphore whose tasks sleep while permits are free.
//!
//! It is for one thread, and a permit is free until a task takes it.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// A number of permits, and the tasks that wait for one.
pub struct Semaphore {
    free: Cell<usize>,
    /// A task stays in this queue until it has a permit or is dropped.
    waiting: RefCell<VecDeque<Rc<Waiter>>>,
}

#[derive(Default)]
struct Waiter {
    waker: RefCell<Option<Waker>>,
    // hole: begin
    /// The task was woken, and has not been polled since.
    woken: Cell<bool>,
    // hole: instead
    // hole: end
}

impl Semaphore {
    /// A semaphore with this many free permits.
    pub fn new(permits: usize) -> Semaphore {
        Semaphore { free: Cell::new(permits), waiting: RefCell::default() }
    }

    /// How many permits are free.
    pub fn available(&self) -> usize {
        self.free.get()
    }

    /// Gives a permit back, and wakes a task that waits.
    pub fn release(&self) {
        self.free.set(self.free.get() + 1);
        self.wake_one();
    }

    /// Wakes the task that has waited longest.
    fn wake_one(&self) {
        // hole: begin
        let waiting = self.waiting.borrow();
        let Some(next) = waiting.iter().find(|waiter| !waiter.woken.get()) else {
            return;
        };
        next.woken.set(true);
        let waker = next.waker.take();
        drop(waiting);
        // hole: instead
        //| let waiting = self.waiting.borrow();
        //| let Some(next) = waiting.front() else { return };
        //| let waker = next.waker.borrow().clone();
        //| drop(waiting);
        // hole: end
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Waits for a permit, and takes it. Give it back with [`release`](Self::release).
    ///
    /// Cancel safe: if the future is dropped, the tasks after it can go on.
    pub fn acquire(&self) -> Acquire<'_> {
        Acquire { semaphore: self, waiter: None }
    }

    fn remove(&self, waiter: &Rc<Waiter>) {
        self.waiting.borrow_mut().retain(|other| !Rc::ptr_eq(other, waiter));
    }
}

/// The future of [`Semaphore::acquire`].
pub struct Acquire<'s> {
    semaphore: &'s Semaphore,
    waiter: Option<Rc<Waiter>>,
}

impl Future for Acquire<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let semaphore = self.semaphore;
        // Cloning a waker runs foreign code, which may give a permit back.
        let waker = cx.waker().clone();
        if semaphore.free.get() > 0 {
            semaphore.free.set(semaphore.free.get() - 1);
            if let Some(waiter) = self.waiter.take() {
                semaphore.remove(&waiter);
            }
            return Poll::Ready(());
        }
        let waiter = self.waiter.get_or_insert_with(|| {
            let waiter = Rc::<Waiter>::default();
            semaphore.waiting.borrow_mut().push_back(Rc::clone(&waiter));
            waiter
        });
        // hole: begin
        // Another task has taken the permit, so this one waits for the next wake.
        waiter.woken.set(false);
        // hole: instead
        // hole: end
        let old = waiter.waker.replace(Some(waker));
        drop(old);
        Poll::Pending
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Some(waiter) = self.waiter.take() else { return };
        self.semaphore.remove(&waiter);
        // hole: begin
        // This task was woken for a permit that it does not take.
        if waiter.woken.get() && self.semaphore.available() > 0 {
            self.semaphore.wake_one();
        }
        // hole: instead
        // hole: end
    }
}
