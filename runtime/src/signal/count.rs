//! How often each signal has come to this process.
//!
//! The whole process shares one handler and one count per signal. A listener
//! compares the count with the one that it returned for last, so it never misses
//! a signal that came while it was not polled.

use signal_hook::low_level;
#[cfg(unix)]
use std::sync::atomic::Ordering::Relaxed;
use std::{
    collections::BTreeMap,
    ffi::c_int,
    io,
    sync::{
        Mutex, PoisonError,
        atomic::{
            AtomicUsize,
            Ordering::{Acquire, Release},
        },
    },
};

/// The count of one signal. It is never dropped.
pub(super) struct Count {
    arrived: AtomicUsize,
    /// How many of them a reactor or a listener has seen. A new listener starts
    /// here.
    #[cfg(unix)]
    delivered: AtomicUsize,
}

static COUNTS: Mutex<BTreeMap<c_int, &'static Count>> = Mutex::new(BTreeMap::new());

impl Count {
    /// The count of this signal. The first call installs the handler.
    pub(super) fn of(signal: c_int) -> io::Result<&'static Self> {
        let mut counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get(&signal) {
            return Ok(count);
        }
        let count: &'static Self = Box::leak(Box::new(Self {
            arrived: AtomicUsize::new(0),
            #[cfg(unix)]
            delivered: AtomicUsize::new(0),
        }));
        // Ordering: Release pairs with the Acquire in `arrived`.
        let arrived = || {
            count.arrived.fetch_add(1, Release);
        };
        // SAFETY: the handler may run between any two instructions. It only
        // adds to an atomic, which is allowed there.
        unsafe { low_level::register(signal, arrived) }?;
        counts.insert(signal, count);
        Ok(count)
    }

    pub(super) fn arrived(&self) -> usize {
        // Ordering: Acquire pairs with the Release in the handler.
        self.arrived.load(Acquire)
    }

    #[cfg(unix)]
    pub(super) fn delivered(&self) -> usize {
        // Ordering: Relaxed, here and below. The number orders nothing.
        self.delivered.load(Relaxed)
    }

    /// Marks the first `arrived` signals as delivered.
    #[cfg(unix)]
    pub(super) fn deliver(&self, arrived: usize) {
        self.delivered.fetch_max(arrived, Relaxed);
    }
}
