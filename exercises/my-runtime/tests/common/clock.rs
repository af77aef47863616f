//! A clock for tests. Your `Deadlines` is its heart, and no test waits for real time.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use my_runtime::deadlines::Deadlines;

/// A clock that stands still until `advance` is called. Clones are the same clock.
#[derive(Clone)]
pub struct Clock(Rc<Inner>);

struct Inner {
    begin: Instant,
    now: Cell<Instant>,
    deadlines: RefCell<Deadlines<u64>>,
    wakers: RefCell<HashMap<u64, Waker>>,
    sleeps: Cell<u64>,
}

/// The future is pending, and no deadline is left that could wake it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stuck;

impl Clock {
    pub fn new() -> Clock {
        let begin = Instant::now();
        Clock(Rc::new(Inner {
            begin,
            now: Cell::new(begin),
            deadlines: RefCell::new(Deadlines::new()),
            wakers: RefCell::default(),
            sleeps: Cell::new(0),
        }))
    }

    /// The time since the clock was made, in milliseconds.
    pub fn now(&self) -> u128 {
        (self.0.now.get() - self.0.begin).as_millis()
    }

    /// Sleeps for some milliseconds, counted from now.
    pub fn sleep(&self, ms: u64) -> Sleep {
        let number = self.0.sleeps.replace(self.0.sleeps.get() + 1);
        let due = self.0.now.get() + Duration::from_millis(ms);
        Sleep { clock: self.clone(), number, due }
    }

    /// Goes on to the earliest deadline and wakes its task. Returns whether there
    /// was a deadline.
    pub fn advance(&self) -> bool {
        let Some(due) = self.0.deadlines.borrow().next() else { return false };
        self.0.now.set(due);
        let number = self.0.deadlines.borrow_mut().take_due(due).expect("it is due");
        let waker = self.0.wakers.borrow_mut().remove(&number);
        waker.expect("each sleep left its waker").wake();
        true
    }

    /// Runs a future, and advances whenever it is pending.
    pub fn run<F: Future>(&self, future: F) -> Result<F::Output, Stuck> {
        let mut future = pin!(future);
        let mut cx = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
                return Ok(output);
            }
            if !self.advance() {
                return Err(Stuck);
            }
        }
    }
}

/// Is ready when the clock has reached its deadline. Made by [`Clock::sleep`].
pub struct Sleep {
    clock: Clock,
    number: u64,
    due: Instant,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let inner = &self.clock.0;
        if inner.now.get() >= self.due {
            return Poll::Ready(());
        }
        inner.wakers.borrow_mut().insert(self.number, cx.waker().clone());
        inner.deadlines.borrow_mut().set(self.number, self.due);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let waker = self.clock.0.wakers.borrow_mut().remove(&self.number);
        // After a failure, `Deadlines` may be unfinished, or borrowed.
        if waker.is_some() && !std::thread::panicking() {
            self.clock.0.deadlines.borrow_mut().clear(&self.number);
        }
    }
}
