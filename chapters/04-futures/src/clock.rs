// ANCHOR: clock
//! A clock, the future that waits for it, and somebody who polls.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// A clock that stands still while anybody has something to do. A handle:
/// copies of it are the same clock.
#[derive(Clone, Default)]
pub struct Clock(Rc<Inner>);

#[derive(Default)]
struct Inner {
    now: Cell<u64>,
    /// Who is to be woken when. The number tells apart what is due together.
    alarms: RefCell<BTreeMap<(u64, u64), Waker>>,
    set: Cell<u64>,
}
// ANCHOR_END: clock

// ANCHOR: sleep
/// Ready when the clock has come to its time.
pub struct Sleep {
    clock: Clock,
    due: u64,
    /// Its number among the clock's alarms, once it has one.
    alarm: Option<u64>,
}

impl Clock {
    /// A clock at zero.
    pub fn new() -> Clock {
        Clock::default()
    }

    /// How many ticks have passed.
    pub fn now(&self) -> u64 {
        self.0.now.get()
    }

    /// Waits for so many ticks, from now on.
    pub fn sleep(&self, ticks: u64) -> Sleep {
        Sleep { clock: self.clone(), due: self.now() + ticks, alarm: None }
    }
}

// ANCHOR: poll
impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let inner = Rc::clone(&self.clock.0);
        if inner.now.get() >= self.due {
            return Poll::Ready(());
        }
        let alarm = *self.alarm.get_or_insert_with(|| {
            inner.set.set(inner.set.get() + 1);
            inner.set.get()
        });
        inner.alarms.borrow_mut().insert((self.due, alarm), cx.waker().clone());
        Poll::Pending
    }
}

// ANCHOR_END: poll

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(alarm) = self.alarm {
            self.clock.0.alarms.borrow_mut().remove(&(self.due, alarm));
        }
    }
}
// ANCHOR_END: sleep

// ANCHOR: run
/// The future is pending, and nobody is left who could wake it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stuck;

/// A waker that leaves a mark.
struct Mark(AtomicBool);

impl Wake for Mark {
    fn wake(self: Arc<Self>) {
        // Relaxed: only one thread is here, and it polls what it has woken.
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Clock {
    /// Runs a future to its end, or until it would wait for ever.
    pub fn run<F: Future>(&self, future: F) -> Result<F::Output, Stuck> {
        // ANCHOR: loop
        let mark = Arc::new(Mark(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&mark));
        let mut cx = Context::from_waker(&waker);
        let mut future = pin!(future);
        loop {
            // Relaxed: as in `wake`. Taken before the poll: a wake that comes
            // while the future is polled asks for another poll.
            while mark.0.swap(false, Ordering::Relaxed) {
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
