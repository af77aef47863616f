//! [`Done`]: tells the root future that other tasks are done.

use atomic_waker::AtomicWaker;
use std::{
    future::poll_fn,
    sync::atomic::{
        AtomicBool,
        Ordering::{Acquire, Release},
    },
    task::Poll,
};

#[derive(Default)]
pub struct Done {
    done: AtomicBool,
    root: AtomicWaker,
}

impl Done {
    pub fn tell(&self) {
        // Ordering: Release pairs with the Acquire load in `told`, so the root
        // sees what the other tasks did.
        self.done.store(true, Release);
        self.root.wake();
    }

    pub async fn told(&self) {
        poll_fn(|context| {
            self.root.register(context.waker());
            // Ordering: Acquire pairs with the Release store in `tell`. The load
            // comes after `register`, so either it sees the flag or `tell` wakes
            // the root.
            if self.done.load(Acquire) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}
