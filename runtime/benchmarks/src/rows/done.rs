//! How the root learns that others are done.

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
        // Ordering: Release shows the root what was done.
        self.done.store(true, Release);
        self.root.wake();
    }

    pub async fn told(&self) {
        poll_fn(|context| {
            self.root.register(context.waker());
            // Ordering: Acquire, as in `tell`; after registering, so that
            // either this sees it or the root is woken.
            if self.done.load(Acquire) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}
