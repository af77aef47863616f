//! The loop.

use super::Core;
use crate::{
    budget,
    executor::{
        POLLS_A_TURN,
        context::{self, Current},
        hooks::{TraceGuard, run_task},
    },
    task::{Pause, Start, Wake, borrowed},
    trace,
};
use std::{
    future::Future,
    pin::{Pin, pin},
    ptr,
    sync::Arc,
    task::{Context, Poll, Waker},
};

impl Core {
    /// Runs tasks, and `future` as one of them, until `future` is ready.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        let _admitted = TraceGuard::new(&self.hooks, &self.root);
        // Dropped inside, for a destructor may spawn.
        context::enter(Current::Local(self), || self.run(pin!(future)))
    }

    fn run<F: Future>(&self, mut future: Pin<&mut F>) -> F::Output {
        // The root goes first, but not for ever: a program that blocks on
        // futures which are ready at once lets the others run now and then.
        // What an earlier root left in the queue serves this one too.
        if self.turn_is_due() {
            if self.root.header().state.wake() == Wake::Queue {
                self.push(self.root.clone());
            }
        } else {
            self.ticks.set(self.ticks.get() + 1);
            if let Poll::Ready(output) = self.begin(future.as_mut()) {
                return output;
            }
        }
        loop {
            if self.turn_is_due() {
                self.look();
            }
            self.ticks.set(self.ticks.get() + 1);
            let Some(task) = self.pop() else {
                self.idle();
                continue;
            };
            if task.as_raw() == self.root.as_raw() {
                if let Poll::Ready(output) = self.poll_root(future.as_mut()) {
                    return output;
                }
            } else {
                // SAFETY: taken from the queue, on the thread that spawned it
                // (or its future is `Send`).
                unsafe { run_task(task, &self.hooks) };
            }
        }
    }

    /// Polls a new root where it stands. Most often nobody knows the root at
    /// this moment, and then that takes nothing atomic.
    fn begin<F: Future>(&self, future: Pin<&mut F>) -> Poll<F::Output> {
        /// Puts the root to rest, also when the poll unwinds.
        struct Rest<'a>(&'a Core);
        impl Drop for Rest<'_> {
            fn drop(&mut self) {
                if !self.0.root.header().state.pause_alone() {
                    self.0.pause_root();
                }
            }
        }
        if !self.root.header().state.start_alone() {
            if self.root.header().state.wake() == Wake::Queue {
                self.push_front(self.root.clone());
            }
            return Poll::Pending;
        }
        if let Some(ranks) = &self.ranks {
            ranks.begin();
        }
        let _rest = Rest(self);
        self.poll_future(future)
    }

    fn poll_root<F: Future>(&self, future: Pin<&mut F>) -> Poll<F::Output> {
        /// As in `begin`.
        struct Rest<'a>(&'a Core);
        impl Drop for Rest<'_> {
            fn drop(&mut self) {
                self.0.pause_root();
            }
        }
        let start = self.root.header().state.start();
        debug_assert_eq!(start, Start::Poll, "nobody aborts or completes the root");
        let _rest = Rest(self);
        self.poll_future(future)
    }

    fn poll_future<F: Future>(&self, future: Pin<&mut F>) -> Poll<F::Output> {
        let _polling = trace::polling(self.root.header());
        let waker = borrowed(&self.root);
        budget::with_budget(|| future.poll(&mut Context::from_waker(&waker)))
    }

    /// Puts the root to rest, or back into the queue: the next `block_on` will
    /// want it too.
    fn pause_root(&self) {
        if self.root.header().state.pause() == Pause::Queue {
            if budget::deferred() {
                self.push_behind_look(self.root.clone());
            } else {
                self.push(self.root.clone());
            }
        }
    }

    /// Has the loop look at the sockets and the timers before the next poll.
    pub(super) fn look_next(&self) {
        self.ticks.set(POLLS_A_TURN);
    }

    fn turn_is_due(&self) -> bool {
        self.ticks.get() >= POLLS_A_TURN
    }

    /// Nothing is ready on this thread: sleeps until something is.
    fn idle(&self) {
        if self.handle().timers().clock().is_paused() {
            self.idle_while_paused();
        } else {
            self.sleep();
        }
    }

    /// A paused clock jumps to the next deadline instead of sleeping, but only
    /// when nothing else can happen first: the blocking pool owes no answer, and
    /// no event is there.
    fn idle_while_paused(&self) {
        // In this order: an answer that the pool owes no more is in the inbox,
        // and the look finds it.
        let bell = Waker::from(Arc::clone(self.handle().reactor()));
        let owes_nothing = self.handle().blocking().poll_idle(&bell).is_ready();
        self.look();
        if !self.is_idle() {
            return;
        }
        if owes_nothing && self.handle().timers().skip_to_next() {
            self.look();
        } else {
            self.sleep();
        }
    }

    /// Looks at the sockets, the timers and the inbox. The tasks that have given
    /// way come behind those that this makes ready.
    fn look(&self) {
        self.ticks.set(0);
        self.driver.look();
        self.take_mail();
        self.last_before_look.set(ptr::null());
        self.queue.append(&self.deferred);
    }

    /// Sleeps until one of them has something.
    fn sleep(&self) {
        if let Some(hooks) = &self.hooks {
            hooks.thread_park();
        }
        let inject = self.shared.inject();
        // Only a hook has put something there since the loop found nothing.
        if self.is_idle() && inject.park() {
            self.ticks.set(0);
            self.driver.sleep();
            inject.unpark();
        }
        // Else the ticks go on: should something come in between each time,
        // the sockets and the timers get their look in their turn.
        self.take_mail();
        if let Some(hooks) = &self.hooks {
            hooks.thread_unpark();
        }
    }
}
