//! Listening for Ctrl-C on Windows. The system calls the handler on a thread of
//! its own, so the handler may lock and wake.

use super::count::Count;
use crate::taskdump;
use signal_hook::{SigId, low_level};
use std::{
    future::poll_fn,
    io, ptr,
    sync::{Arc, Mutex, PoisonError},
    task::{Poll, Waker},
};

pub(super) struct Signal {
    waker: Arc<Mutex<Option<Waker>>>,
    handler: SigId,
    number: i32,
    count: &'static Count,
    /// The count that it has returned for.
    seen: usize,
}

pub(super) fn signal(number: i32) -> io::Result<Signal> {
    // The handler that counts comes first, so a signal is counted before it
    // wakes a listener.
    let count = Count::of(number)?;
    let seen = count.arrived();
    let waker = Arc::new(Mutex::new(None::<Waker>));
    let of_listener = Arc::clone(&waker);
    let arrived = move || {
        let mut waker = of_listener.lock().unwrap_or_else(PoisonError::into_inner);
        let woken = waker.take();
        drop(waker);
        if let Some(waker) = woken {
            waker.wake();
        }
    };
    // SAFETY: on this system, the handler runs on a thread that holds no lock,
    // so it may do what any thread may.
    let handler = unsafe { low_level::register(number, arrived) }?;
    Ok(Signal {
        waker,
        handler,
        number,
        count,
        seen,
    })
}

impl Signal {
    pub(super) async fn recv(&mut self) -> io::Result<()> {
        poll_fn(|context| {
            let new = context.waker().clone();
            let mut waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner);
            let old = waker.replace(new);
            drop(waker);
            drop(old);
            // Read the count after storing the waker. Otherwise a signal in
            // between would be missed.
            let arrived = self.count.arrived();
            let polled = if arrived == self.seen {
                Poll::Pending
            } else {
                self.seen = arrived;
                Poll::Ready(Ok(()))
            };
            taskdump::record_signal(&polled, self.number, ptr::from_ref(&self.count).addr());
            polled
        })
        .await
    }
}

impl Drop for Signal {
    fn drop(&mut self) {
        low_level::unregister(self.handler);
    }
}
