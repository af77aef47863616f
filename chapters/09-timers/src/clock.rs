// ANCHOR: head
//! The time, or a time that a test moves.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};
// ANCHOR_END: head

// ANCHOR: clock
/// A clock. Its clones are the same clock.
#[derive(Clone)]
pub struct Clock(Rc<Inner>);

struct Inner {
    start: Instant,
    /// How far a paused clock was moved. `None` if this is the real clock.
    moved: Cell<Option<Duration>>,
}

impl Clock {
    /// The time since the clock was made.
    pub fn elapsed(&self) -> Duration {
        self.0.moved.get().unwrap_or_else(|| self.0.start.elapsed())
    }

    /// The present. For a paused clock, this is not the time of the machine.
    pub fn now(&self) -> Instant {
        self.0.start + self.elapsed()
    }

    /// Moves a paused clock forward, in one jump.
    ///
    /// # Panics
    ///
    /// If the clock is not paused.
    pub fn advance(&self, by: Duration) {
        let moved = self.0.moved.get().expect("only a paused clock can be moved");
        self.0.moved.set(Some(moved + by));
    }
}
// ANCHOR_END: clock

// ANCHOR: rest
impl Clock {
    /// The clock of the machine.
    pub fn real() -> Clock {
        Clock(Rc::new(Inner { start: Instant::now(), moved: Cell::new(None) }))
    }

    /// A clock that stands still until it is moved.
    pub fn paused() -> Clock {
        let moved = Cell::new(Some(Duration::ZERO));
        Clock(Rc::new(Inner { start: Instant::now(), moved }))
    }

    /// Whether this is a clock that a test moves.
    pub fn is_paused(&self) -> bool {
        self.0.moved.get().is_some()
    }

    /// The time from the start of the clock until `instant`. Zero if that is earlier.
    pub(crate) fn since_start(&self, instant: Instant) -> Duration {
        instant.saturating_duration_since(self.0.start)
    }
}
// ANCHOR_END: rest
