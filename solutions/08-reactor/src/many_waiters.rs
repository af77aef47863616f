//! Exercise `reactor/many-waiters`: several tasks wait for one listener.

use std::cell::RefCell;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use slab::Slab;

/// One direction of a socket, for which any number of tasks may wait.
#[derive(Default)]
pub struct Side {
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    ready: bool,
    /// The number of events so far.
    tick: u64,
    /// The wakers of the tasks that wait. A waiter that was woken has no waker here, but
    /// it keeps its place until it is dropped.
    waiters: Slab<Option<Waker>>,
}

impl Side {
    /// Notes an event, and wakes all tasks that wait for it. Each task will try, and most
    /// of them will find nothing.
    pub fn set_ready(&self) {
        // hole: begin
        let wakers: Vec<Waker> = {
            let mut state = self.state.borrow_mut();
            state.ready = true;
            state.tick += 1;
            state.waiters.iter_mut().filter_map(|(_, waker)| waker.take()).collect()
        };
        // A waker runs foreign code, which may use this side.
        wakers.into_iter().for_each(Waker::wake);
        // hole: instead
        //| let mut state = self.state.borrow_mut();
        //| state.ready = true;
        //| state.tick += 1;
        //| todo!("wake all waiters, and borrow nothing while you do it")
        // hole: end
    }

    /// Waits until the side is ready.
    pub fn ready(&self) -> Readiness<'_> {
        Readiness { side: self, key: None }
    }

    /// A task has found nothing to do, after the event with this tick.
    pub fn clear(&self, tick: u64) {
        let mut state = self.state.borrow_mut();
        if state.tick == tick {
            state.ready = false;
        }
    }

    /// How many futures have a place in the list.
    pub fn waiters(&self) -> usize {
        self.state.borrow().waiters.len()
    }
}

/// A future that is ready when its side is, with the tick of the last event.
pub struct Readiness<'s> {
    side: &'s Side,
    /// Its place in the list, from the first poll that had to wait.
    key: Option<usize>,
}

impl Future for Readiness<'_> {
    type Output = u64;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u64> {
        // hole: begin
        let waker = cx.waker().clone();
        let old;
        {
            let mut state = self.side.state.borrow_mut();
            if state.ready {
                return Poll::Ready(state.tick);
            }
            let key = *self.key.get_or_insert_with(|| state.waiters.insert(None));
            old = state.waiters[key].replace(waker);
        }
        drop(old);
        Poll::Pending
        // hole: instead
        //| let _ = (cx.waker(), &mut self.key);
        //| todo!("return the tick, or leave the waker where this future has its place")
        // hole: end
    }
}

impl Drop for Readiness<'_> {
    /// Gives the place in the list back.
    fn drop(&mut self) {
        // hole: begin
        if let Some(key) = self.key {
            let waker = self.side.state.borrow_mut().waiters.remove(key);
            drop(waker);
        }
        // hole: instead
        //| // Write this part: remove the place from the list, if the future has one.
        //| let _ = (self.side, self.key);
        // hole: end
    }
}
