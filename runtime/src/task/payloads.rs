//! The payloads of tasks that panicked, outside of the tasks.
//!
//! A task that panicked has a payload instead of an output. If the payload were on
//! the stage, every stage would need a word for it, also those of tasks that never
//! panic. So one table of the process holds the payloads, and a task remembers the
//! index in the `key` of its header. After the end of a task, its key in the list of owned
//! tasks is not needed any more.
//!
//! Only panics use the table, so one lock is enough. The lock is `std`'s under loom as
//! well, because loom's locks cannot be in a `static`. No model depends on it.

use slab::Slab;
use std::{
    any::Any,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// What a panic carries.
pub(super) type Payload = Box<dyn Any + Send>;

static PAYLOADS: Mutex<Slab<Payload>> = Mutex::new(Slab::new());

/// Stores a payload. Returns its index.
pub(super) fn store(payload: Payload) -> u32 {
    let index = lock().insert(payload);
    // A table with 2^32 payloads does not fit into the memory of a machine.
    u32::try_from(index).expect("fewer than 2^32 payloads")
}

/// Takes the payload that [`store`] put at `index`.
pub(super) fn take(index: u32) -> Payload {
    lock().remove(index as usize)
}

fn lock() -> MutexGuard<'static, Slab<Payload>> {
    // No code of the user's runs under this lock.
    PAYLOADS.lock().unwrap_or_else(PoisonError::into_inner)
}
