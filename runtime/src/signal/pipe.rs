//! One self-pipe for each signal and reactor.
//!
//! A signal takes this way:
//! 1. The handler in [`Count`] counts it. A second handler writes a byte to the
//!    pipe.
//! 2. The reactor's [`turn`](crate::reactor::Reactor::turn) finds the pipe
//!    readable and wakes the `SignalPipe`.
//! 3. [`SignalPipe::deliver`] empties the pipe, marks what was counted as delivered,
//!    and wakes the listeners.
//! 4. A listener compares the count with the one that it returned for last.
//!
//! A `SignalPipe` lives until its runtime shuts down, also without listeners. So it
//! marks a signal as delivered even if no listener is there. A listener that is
//! created afterwards does not return for that signal.

use super::count::Count;
use crate::{
    reactor::{Handle as Reactor, Interest, Ready, Registered},
    unwind,
};
use mio::unix::pipe;
use signal_hook::{SigId, low_level};
use slab::Slab;
use std::{
    ffi::c_int,
    io::{self, Read},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Wake, Waker},
};

pub(super) struct SignalPipe {
    number: c_int,
    count: &'static Count,
    pipe: Registered<pipe::Receiver>,
    handler: SigId,
    listeners: Mutex<Listeners>,
}

struct Listeners {
    wakers: Slab<Option<Waker>>,
    /// The runtime has shut down.
    closed: bool,
}

/// The open pipes of this process. A pipe removes itself when its runtime
/// shuts down.
static PIPES: Mutex<Vec<Arc<SignalPipe>>> = Mutex::new(Vec::new());

/// Locks a mutex of this module. No user code runs under these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SignalPipe {
    /// The pipe of a signal for this reactor, which is created if it does not
    /// exist.
    pub(super) fn of(number: c_int, reactor: &Arc<Reactor>) -> io::Result<Arc<Self>> {
        let mut pipes = lock(&PIPES);
        let same = |signal_pipe: &&Arc<Self>| {
            signal_pipe.number == number && Arc::ptr_eq(signal_pipe.pipe.reactor(), reactor)
        };
        if let Some(signal_pipe) = pipes.iter().find(same) {
            return Ok(Arc::clone(signal_pipe));
        }
        // The handler that counts comes first, so a signal is counted before
        // its byte is in the pipe.
        let count = Count::of(number)?;
        let (sender, receiver) = pipe::new()?;
        let interest = Interest::READABLE;
        let pipe = Registered::new(reactor, receiver, "signal", interest, Ready::EMPTY)?;
        let signal_pipe = Arc::new(Self {
            number,
            count,
            pipe,
            handler: low_level::pipe::register(number, sender)?,
            listeners: Mutex::new(Listeners {
                wakers: Slab::new(),
                closed: false,
            }),
        });
        pipes.push(Arc::clone(&signal_pipe));
        drop(pipes);
        // A new pipe is empty, so this only registers its waker.
        signal_pipe.empty_and_rearm();
        Ok(signal_pipe)
    }

    pub(super) fn number(&self) -> c_int {
        self.number
    }

    pub(super) fn count(&self) -> &'static Count {
        self.count
    }

    /// Registers a listener, and returns its key.
    pub(super) fn add_listener(&self) -> usize {
        lock(&self.listeners).wakers.insert(None)
    }

    pub(super) fn remove_listener(&self, key: usize) {
        let waker = lock(&self.listeners).wakers.try_remove(key);
        // Its destructor is user code, so it runs after the lock is released.
        drop(waker);
    }

    /// Stores the waker of a listener.
    ///
    /// # Errors
    /// When the runtime has shut down.
    pub(super) fn register(&self, key: usize, context: &Context<'_>) -> io::Result<()> {
        let waker = context.waker().clone();
        let mut listeners = lock(&self.listeners);
        let old = listeners.wakers[key].replace(waker);
        let closed = listeners.closed;
        drop(listeners);
        drop(old);
        if closed {
            return Err(io::Error::other(
                "the runtime that listened for this signal has shut down: listen in another one",
            ));
        }
        Ok(())
    }

    fn deliver(self: &Arc<Self>) {
        // Empty the pipe before reading the count. A signal that comes in
        // between writes another byte.
        let open = self.empty_and_rearm();
        self.count.deliver(self.count.arrived());
        let mut listeners = lock(&self.listeners);
        listeners.closed |= !open;
        let wakers = listeners.wakers.iter_mut();
        let woken: Vec<_> = wakers.filter_map(|(_, waker)| waker.take()).collect();
        drop(listeners);
        woken.into_iter().for_each(unwind::wake);
        if !open {
            let mut pipes = lock(&PIPES);
            let index = pipes
                .iter()
                .position(|signal_pipe| Arc::ptr_eq(signal_pipe, self));
            let removed = index.map(|index| pipes.swap_remove(index));
            drop(pipes);
            drop(removed);
        }
    }

    /// Empties the pipe and waits for the next event with this `SignalPipe` as the
    /// waker. Returns false if the runtime has shut down.
    fn empty_and_rearm(self: &Arc<Self>) -> bool {
        let waker = Waker::from(Arc::clone(self));
        let context = Context::from_waker(&waker);
        loop {
            match self.pipe.poll_event(&context) {
                Poll::Pending => return true,
                Poll::Ready(Err(_)) => return false,
                Poll::Ready(Ok(_)) => {}
            }
            match self.pipe.try_io(Interest::READABLE, read_to_end) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // The pipe has ended or failed. The handler keeps the write end open until
                // this `SignalPipe` is dropped, so that happens only when the runtime ends.
                _ => return false,
            }
        }
    }
}

/// Reads until the pipe is empty, which is an error of the kind `WouldBlock`.
fn read_to_end(mut pipe: &pipe::Receiver) -> io::Result<()> {
    let mut bytes = [0; 64];
    loop {
        match pipe.read(&mut bytes) {
            Ok(0) => return Ok(()),
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
    }
}

/// The reactor wakes the `SignalPipe` when the pipe is readable, and when it closes.
impl Wake for SignalPipe {
    fn wake(self: Arc<Self>) {
        self.deliver();
    }
}

impl Drop for SignalPipe {
    fn drop(&mut self) {
        low_level::unregister(self.handler);
    }
}
