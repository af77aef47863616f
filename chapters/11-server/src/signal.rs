// ANCHOR: signal
//! A signal to many tasks, and the signals of the operating system.

use crate::runtime::Semaphore;

/// A signal that is raised once and stays raised. Any number of tasks can wait for it.
pub struct Signal(Semaphore);

impl Signal {
    /// A signal that is not raised.
    pub fn new() -> Signal {
        Signal(Semaphore::new(0))
    }

    /// Raises it, and wakes all tasks that wait.
    pub fn raise(&self) {
        self.0.close();
    }

    /// Waits until it is raised. Cancel safe.
    pub async fn raised(&self) {
        // There are no permits, so the only answer is that the semaphore is closed.
        drop(self.0.acquire().await);
    }
}
// ANCHOR_END: signal

// ANCHOR: rest
impl Default for Signal {
    fn default() -> Signal {
        Signal::new()
    }
}
// ANCHOR_END: rest
