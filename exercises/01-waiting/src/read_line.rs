//! Exercise `waiting/read-line`: repair a reader whose deadline does not hold.

use waiting::{End, Line, Rules};

/// The longest line in bytes, without its end.
pub const LONGEST: usize = 80;

/// Waits for a line of text and returns it without its end, which is `\n` or
/// `\r\n`.
///
/// The first byte may take as long as `rules.heartbeat`. All other bytes must arrive
/// within `rules.deadline` after the first one. A line that has more than [`LONGEST`]
/// bytes or is not UTF-8 is [`End::Corrupt`].
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
