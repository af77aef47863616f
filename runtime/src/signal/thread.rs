//! Where there are no pipes for the reactor: the system calls the handler in a
//! thread of its own, which may lock and wake.

use super::count::Count;
use crate::trace;
use signal_hook::{SigId, low_level};
use std::{
    future::poll_fn,
    io,
    sync::{Arc, Mutex, PoisonError},
    task::{Poll, Waker},
};

pub(super) struct Signal {
    waker: Arc<Mutex<Option<Waker>>>,
    id: SigId,
    number: i32,
    count: &'static Count,
    /// The count that it has returned for.
    seen: usize,
}

pub(super) fn signal(number: i32) -> io::Result<Signal> {
    // Before the waker: a signal is counted before a listener is woken for it.
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
    // SAFETY: on this system the handler runs in a thread that holds no lock,
    // so it may do what any thread may.
    let id = unsafe { low_level::register(number, arrived) }?;
    Ok(Signal {
        waker,
        id,
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
            // After the waker is in place: one of the two sees the signal.
            let arrived = self.count.arrived();
            let polled = if arrived != self.seen {
                self.seen = arrived;
                Poll::Ready(Ok(()))
            } else {
                Poll::Pending
            };
            trace::note_signal(&polled, self.number);
            polled
        })
        .await
    }

    /// Also returns for what came since the last wait for Ctrl-C.
    pub(super) fn go_on_from_last(&mut self) {
        self.seen = self.count.handed_out();
    }

    pub(super) fn hand_out(&self) {
        self.count.hand_out(self.seen);
    }
}

impl Drop for Signal {
    fn drop(&mut self) {
        low_level::unregister(self.id);
    }
}
