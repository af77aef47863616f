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
    // hole: begin
    let mut next = line.byte(line.now() + rules.heartbeat)?;
    let until = line.now() + rules.deadline;
    let mut text = Vec::new();
    while next != b'\n' {
        // One byte more than the longest line: it may be the `\r` of the end.
        if text.len() > LONGEST {
            return Err(End::Corrupt);
        }
        text.push(next);
        next = line.byte(until)?;
    }
    if text.last() == Some(&b'\r') {
        text.pop();
    }
    if text.len() > LONGEST {
        return Err(End::Corrupt);
    }
    String::from_utf8(text).map_err(|_| End::Corrupt)
    // hole: instead
    //| let mut text = Vec::new();
    //| loop {
    //|     match line.byte(line.now() + rules.deadline)? {
    //|         b'\n' => break,
    //|         byte => text.push(byte),
    //|     }
    //| }
    //| let text = String::from_utf8(text).map_err(|_| End::Corrupt)?;
    //| Ok(text.trim_end().to_string())
    // hole: end
}
