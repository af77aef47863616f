//! Exercise `waiting/read-line`: a reader with a deadline that does not hold.

use waiting::{End, Line, Rules};

/// The longest line, without its end.
pub const LONGEST: usize = 80;

/// Waits for a line of text, which ends in `\n` or `\r\n`, and returns it
/// without that.
///
/// It may take as long as `rules.heartbeat` until the line begins. From its
/// first byte on it may take no longer than `rules.deadline`. A line that is
/// longer than [`LONGEST`] bytes, or no UTF-8, is [`End::Corrupt`].
pub fn read_line(line: &mut impl Line, rules: Rules) -> Result<String, End> {
    let mut text = Vec::new();
    loop {
        match line.byte(line.now() + rules.deadline)? {
            b'\n' => break,
            byte => text.push(byte),
        }
    }
    let text = String::from_utf8(text).map_err(|_| End::Corrupt)?;
    Ok(text.trim_end().to_string())
}
