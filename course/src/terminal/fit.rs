//! Cuts text to the size of the terminal.

use std::io::{self, IsTerminal};

/// The size of a terminal in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The width.
    pub columns: usize,
    /// The height.
    pub rows: usize,
}

impl Size {
    /// The size of a pipe or a file, which has no end.
    pub const ENDLESS: Self = Self {
        columns: usize::MAX,
        rows: usize::MAX,
    };

    /// The size of what stdout goes to.
    pub fn of_stdout() -> Self {
        Self::of(&io::stdout())
    }

    /// The size of what stderr goes to.
    pub fn of_stderr() -> Self {
        Self::of(&io::stderr())
    }

    fn of(output: &impl IsTerminal) -> Self {
        if output.is_terminal() {
            Self::of_terminal()
        } else {
            Self::ENDLESS
        }
    }

    /// The size of the terminal. A terminal that does not know its size says 0, and then it has no
    /// end for us either.
    pub fn of_terminal() -> Self {
        match crossterm::terminal::size() {
            Ok((columns, rows)) if columns > 0 && rows > 0 => Self {
                columns: columns.into(),
                rows: rows.into(),
            },
            _ => Self::ENDLESS,
        }
    }

    /// Whether a whole text fits on the screen, with the cursor on a row of its own below it.
    pub fn fits(self, text: &str) -> bool {
        self.rows_of(text) < self.rows
    }

    /// The rows that a text takes, with the lines that the terminal breaks.
    pub fn rows_of(self, text: &str) -> usize {
        text.lines().map(|line| self.rows_of_line(line)).sum()
    }

    fn rows_of_line(self, line: &str) -> usize {
        width(line).div_ceil(self.columns.max(1)).max(1)
    }

    /// The first lines of a text, as many as fit into `rows`, and the number of lines that are left out.
    pub fn cut(self, text: &str, rows: usize) -> (&str, usize) {
        let mut end = 0;
        let mut taken = 0;
        for line in text.split_inclusive('\n') {
            taken += self.rows_of_line(line.trim_end_matches('\n'));
            if taken > rows {
                break;
            }
            end += line.len();
        }
        (&text[..end], text[end..].lines().count())
    }
}

/// The characters of a line, without the codes for its colours (`ESC [ … m`).
pub(super) fn width(line: &str) -> usize {
    let mut pieces = line.split('\x1b');
    let first = pieces.next().map_or(0, |piece| piece.chars().count());
    let after = |piece: &str| {
        piece
            .split_once('m')
            .map_or(piece, |(_, text)| text)
            .chars()
            .count()
    };
    first + pieces.map(after).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Size = Size {
        columns: 4,
        rows: 3,
    };

    #[test]
    fn a_long_line_takes_several_rows_and_colours_take_none() {
        assert_eq!(SMALL.rows_of("one\n\n12345\n"), 4);
        assert_eq!(SMALL.rows_of("\x1b[31mfour\x1b[0m"), 1);
        assert_eq!(Size::ENDLESS.rows_of("one\ntwo"), 2);
    }

    #[test]
    fn a_text_fits_if_a_row_is_left_for_the_cursor() {
        assert!(SMALL.fits("one\ntwo\n"));
        assert!(!SMALL.fits("one\n\ntwo\n"));
        assert!(Size::ENDLESS.fits("one\ntwo\n"));
    }

    #[test]
    fn a_text_is_cut_between_lines() {
        assert_eq!(SMALL.cut("a\nb\nc\nd\n", 3), ("a\nb\nc\n", 1));
        assert_eq!(SMALL.cut("a\n123456\nc\n", 2), ("a\n", 2));
        assert_eq!(SMALL.cut("a\nb", 9), ("a\nb", 0));
    }
}
