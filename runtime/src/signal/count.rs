//! How often each signal has come to this process.
//!
//! A listener learns from its pipe, or from its waker, that a signal may have
//! come, and from the count whether one has. The count goes on while there is no
//! listener, so a signal that comes between two waits is not lost.

use signal_hook::low_level;
use std::{
    collections::BTreeMap,
    ffi::c_int,
    io,
    sync::{
        Mutex, PoisonError,
        atomic::{
            AtomicUsize,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
};

/// Of one signal. There is one for each signal, and it is never dropped.
pub(super) struct Count {
    arrived: AtomicUsize,
    /// The count that the last `ctrl_c` has returned for.
    handed_out: AtomicUsize,
}

static COUNTS: Mutex<BTreeMap<c_int, &'static Count>> = Mutex::new(BTreeMap::new());

impl Count {
    /// The count of this signal, which begins with the first call.
    pub(super) fn of(signal: c_int) -> io::Result<&'static Self> {
        let mut counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get(&signal) {
            return Ok(count);
        }
        let count: &'static Self = Box::leak(Box::new(Self {
            arrived: AtomicUsize::new(0),
            handed_out: AtomicUsize::new(0),
        }));
        // Ordering: Release pairs with the Acquire in `arrived`.
        let arrived = || {
            count.arrived.fetch_add(1, Release);
        };
        // SAFETY: the handler may run between any two instructions, and an
        // atomic addition is all it does.
        unsafe { low_level::register(signal, arrived) }?;
        counts.insert(signal, count);
        Ok(count)
    }

    pub(super) fn arrived(&self) -> usize {
        // Ordering: Acquire pairs with the Release in the handler.
        self.arrived.load(Acquire)
    }

    /// The last arrival that a wait for Ctrl-C has returned for.
    pub(super) fn handed_out(&self) -> usize {
        // Ordering: Relaxed, here and below. It is a number that orders nothing.
        self.handed_out.load(Relaxed)
    }

    pub(super) fn hand_out(&self, arrived: usize) {
        self.handed_out.fetch_max(arrived, Relaxed);
    }
}
