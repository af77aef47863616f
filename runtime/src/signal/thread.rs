//! Where there are no pipes for the reactor: the system calls the handler in a
//! thread of its own, which may lock and wake.

use crate::trace;
use signal_hook::{SigId, low_level};
use std::{
    future::poll_fn,
    io,
    sync::{Arc, Mutex, PoisonError},
    task::{Poll, Waker},
};

#[derive(Default)]
struct Arrived {
    arrived: bool,
    waker: Option<Waker>,
}

pub(super) struct Signal {
    state: Arc<Mutex<Arrived>>,
    id: SigId,
    number: i32,
}

pub(super) fn signal(number: i32) -> io::Result<Signal> {
    let state = Arc::new(Mutex::new(Arrived::default()));
    let seen = Arc::clone(&state);
    let arrived = move || {
        let mut state = seen.lock().unwrap_or_else(PoisonError::into_inner);
        state.arrived = true;
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    };
    // SAFETY: on this system the handler runs in a thread that holds no lock,
    // so it may do what any thread may.
    let id = unsafe { low_level::register(number, arrived) }?;
    Ok(Signal { state, id, number })
}

impl Signal {
    pub(super) async fn recv(&mut self) -> io::Result<()> {
        poll_fn(|context| {
            let new = context.waker().clone();
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let arrived = std::mem::take(&mut state.arrived);
            let old = state.waker.replace(new);
            drop(state);
            drop(old);
            let polled = if arrived {
                Poll::Ready(Ok(()))
            } else {
                Poll::Pending
            };
            trace::note_signal(&polled, self.number);
            polled
        })
        .await
    }
}

impl Drop for Signal {
    fn drop(&mut self) {
        low_level::unregister(self.id);
    }
}
