//! A line that a test lends to an object, and looks at afterwards. The tests of both pages
//! of chapter 13 include this file by its path.

use dyn_traits::futures_by_hand::Clock;
use dyn_traits::{End, Line, Message, ScriptedLine};

/// A meter that sends two readings, and hangs up.
pub fn two_readings(clock: &Clock) -> ScriptedLine {
    ScriptedLine::new(clock, &[(10, &[1, 4, 0, 0, 0, 3]), (20, &[1, 4, 0, 0, 0, 4])])
}

/// The messages that the meter gets for its readings, with their times.
pub const TOTALS: [(u64, Message); 2] =
    [(10, Message::Total(3)), (20, Message::Total(7))];

/// A borrowed line.
pub struct Lent<'a>(pub &'a mut ScriptedLine);

impl Line for Lent<'_> {
    async fn byte(&mut self) -> Result<u8, End> {
        Line::byte(&mut *self.0).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        Line::send(&mut *self.0, message).await
    }
}
