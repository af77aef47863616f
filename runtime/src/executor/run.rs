//! The loop.

use super::{Core, context, coop};
use crate::task::{Pause, Start, Wake, borrowed};
use std::{
    future::Future,
    pin::{Pin, pin},
    task::{Context, Poll},
};

/// How many polls may pass before sockets, timers and other threads get a
/// look. A look costs a system call; tokio found this number to be a good
/// price, and that it is odd and prime keeps it out of step with patterns in
/// the load.
const POLLS_A_TURN: u32 = 61;

impl Core {
    /// Runs tasks, and `future` as one of them, until `future` is ready.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        context::enter(self, || self.run(future.as_mut()))
    }

    fn run<F: Future>(&self, mut future: Pin<&mut F>) -> F::Output {
        // What an earlier root left in the queue serves this one too. Else the
        // root goes first, but not for ever: a program that blocks on futures
        // which are ready at once lets the others run now and then.
        if self.root.header().state.wake() == Wake::Queue {
            if self.turn_is_due() {
                self.queue.push(self.root.clone());
            } else {
                self.queue.push_front(self.root.clone());
            }
        }
        loop {
            if self.turn_is_due() {
                self.look(false);
            }
            self.ticks.set(self.ticks.get() + 1);
            let Some(task) = self.queue.pop() else {
                self.idle();
                continue;
            };
            if task.as_raw() == self.root.as_raw() {
                if let Poll::Ready(output) = coop::with_budget(|| self.poll_root(future.as_mut())) {
                    return output;
                }
            } else {
                // SAFETY: taken from the queue, on the thread that spawned it.
                coop::with_budget(|| unsafe { task.run() });
            }
        }
    }

    fn poll_root<F: Future>(&self, future: Pin<&mut F>) -> Poll<F::Output> {
        /// Puts the root to rest, or back into the queue; also when the poll
        /// unwinds, for the next `block_on` will want it.
        struct Rest<'a>(&'a Core);
        impl Drop for Rest<'_> {
            fn drop(&mut self) {
                if self.0.root.header().state.pause() == Pause::Queue {
                    self.0.queue.push(self.0.root.clone());
                }
            }
        }
        let start = self.root.header().state.start();
        debug_assert_eq!(start, Start::Poll, "nobody aborts or completes the root");
        let _rest = Rest(self);
        let waker = borrowed(&self.root);
        future.poll(&mut Context::from_waker(&waker))
    }

    fn turn_is_due(&self) -> bool {
        self.ticks.get() >= POLLS_A_TURN
    }

    /// Nothing is ready on this thread: sleeps until something is.
    fn idle(&self) {
        if self.handle.timers().clock().is_paused() {
            self.idle_while_paused();
        } else {
            self.look(true);
        }
    }

    /// A paused clock jumps to the next deadline instead of sleeping, but only
    /// when nothing else can happen first: no event is there, and the blocking
    /// pool owes no answer.
    fn idle_while_paused(&self) {
        self.look(false);
        if !self.queue.is_empty() {
            return;
        }
        let skipped = self.handle.blocking().is_idle() && self.handle.timers().skip_to_next();
        self.look(!skipped);
    }

    fn look(&self, block: bool) {
        if let Err(error) = self.turn(block) {
            // The selector itself is broken, and no task will ever be woken
            // again: there is nobody to return this to.
            panic!("waiting for events failed: {error}");
        }
    }
}
