// ANCHOR: head
//! A clock, the future that waits for it, and an executor.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
// ANCHOR_END: head

// ANCHOR: clock
/// A clock that moves only when all futures wait. It is a handle: its clones
/// are the same clock.
#[derive(Clone, Default)]
pub struct Clock(Rc<Inner>);

#[derive(Default)]
struct Inner {
    now: Cell<u64>,
    /// The wakers of all sleeping futures, the earliest alarm first. The second
    /// number tells alarms of the same tick apart.
    alarms: RefCell<BTreeMap<(u64, u64), Waker>>,
    alarms_so_far: Cell<u64>,
}

/// Ready when the clock has reached its tick.
pub struct Sleep {
    clock: Clock,
    due: u64,
    /// The number of its alarm, once it has one.
    alarm: Option<u64>,
}
// ANCHOR_END: clock

// ANCHOR: new
impl Clock {
    /// A clock at tick zero.
    pub fn new() -> Clock {
        Clock::default()
    }

    /// How many ticks have passed.
    pub fn now(&self) -> u64 {
        self.0.now.get()
    }

    /// Waits for a number of ticks from now.
    pub fn sleep(&self, ticks: u64) -> Sleep {
        self.sleep_until(self.now() + ticks)
    }

    /// Waits for a tick.
    pub fn sleep_until(&self, due: u64) -> Sleep {
        Sleep { clock: self.clone(), due, alarm: None }
    }
}
// ANCHOR_END: new

// ANCHOR: poll
impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let inner = Rc::clone(&self.clock.0);
        if inner.now.get() >= self.due {
            return Poll::Ready(());
        }
        let alarm = *self.alarm.get_or_insert_with(|| {
            inner.alarms_so_far.set(inner.alarms_so_far.get() + 1);
            inner.alarms_so_far.get()
        });
        // A waker runs foreign code when it is cloned or dropped. Do neither
        // while `alarms` is borrowed.
        let waker = cx.waker().clone();
        let replaced = inner.alarms.borrow_mut().insert((self.due, alarm), waker);
        drop(replaced);
        Poll::Pending
    }
}
// ANCHOR_END: poll

// ANCHOR: drop
impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(alarm) = self.alarm {
            let removed = self.clock.0.alarms.borrow_mut().remove(&(self.due, alarm));
            drop(removed);
        }
    }
}
// ANCHOR_END: drop

// ANCHOR: mark
/// The future is pending, and no alarm will ever wake it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stuck;

/// A waker that sets a flag.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        // Relaxed is enough: only one thread uses the flag.
        self.0.store(true, Ordering::Relaxed);
    }
}
// ANCHOR_END: mark

// ANCHOR: run
impl Clock {
    /// Runs a future to its end, or until nothing can wake it any more.
    pub fn run<F: Future>(&self, future: F) -> Result<F::Output, Stuck> {
        // ANCHOR: loop
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&woken));
        let mut cx = Context::from_waker(&waker);
        let mut future = pin!(future);
        loop {
            // Clear the flag before the poll: a wake during the poll asks for
            // another one.
            while woken.0.swap(false, Ordering::Relaxed) {
                if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
                    return Ok(output);
                }
            }
            let alarm = self.0.alarms.borrow_mut().pop_first();
            let Some(((due, _), waker)) = alarm else { return Err(Stuck) };
            self.0.now.set(due);
            waker.wake();
        }
        // ANCHOR_END: loop
    }
}
// ANCHOR_END: run
