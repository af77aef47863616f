//! The system's clock. In a random schedule it stands still while threads run,
//! and moves on when one of them waits for it.

#[cfg(shuttle)]
pub(crate) use virtual_clock::{advance, now};

#[cfg(not(shuttle))]
pub(crate) fn now() -> std::time::Instant {
    std::time::Instant::now()
}

#[cfg(shuttle)]
mod virtual_clock {
    use std::{
        cell::Cell,
        sync::OnceLock,
        time::{Duration, Instant},
    };

    // Every schedule begins at the same moment, and all its threads share it.
    shuttle::lazy_static! {
        static ref PASSED: Passed = Passed(Cell::new(Duration::ZERO));
    }

    struct Passed(Cell<Duration>);

    // SAFETY: shuttle runs all threads of a schedule on one thread of the system,
    // and does not switch within the functions below.
    unsafe impl Sync for Passed {}

    pub(crate) fn now() -> Instant {
        static FIRST: OnceLock<Instant> = OnceLock::new();
        *FIRST.get_or_init(Instant::now) + PASSED.0.get()
    }

    /// Moves the clock of the schedule forward.
    pub(crate) fn advance(time: Duration) {
        PASSED.0.set(PASSED.0.get() + time);
    }
}
