//! Removes what a terminal would obey from text that a program printed.
//!
//! A panic message may contain anything. A terminal can be told to change its title, to write to the
//! clipboard, to clear the screen, or to type an answer. Only colours stay.

use super::Paint;

const ESCAPE: char = '\u{1b}';

/// The text without control characters and escape sequences. Line breaks and tabs stay. Colours stay
/// if `paint` has colours, and end with the text.
pub fn clean(text: &str, paint: Paint) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut coloured = false;
    while let Some(at) = rest.find(|c: char| c.is_control() && c != '\n' && c != '\t') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with(ESCAPE) {
            let length = escape(rest);
            if is_colour(&rest[..length]) && paint.is_on() {
                out.push_str(&rest[..length]);
                coloured = !matches!(&rest[..length], "\u{1b}[0m" | "\u{1b}[m");
            }
            rest = &rest[length..];
        } else {
            // A return would let the next words overwrite these.
            if rest.starts_with('\r') && !rest.starts_with("\r\n") {
                out.push('\n');
            }
            let mut left = rest.chars();
            left.next();
            rest = left.as_str();
        }
    }
    out.push_str(rest);
    if coloured {
        out.push_str("\u{1b}[0m");
    }
    out
}

/// The length of the escape sequence at the start of the text, by ECMA-48. If the sequence has no
/// end, only the escape character belongs to it, and the rest is harmless text.
fn escape(text: &str) -> usize {
    let bytes = text.as_bytes();
    let parameters = |from: usize, of: std::ops::RangeInclusive<u8>| {
        let rest = &bytes[from.min(bytes.len())..];
        from + rest.iter().take_while(|byte| of.contains(byte)).count()
    };
    let end = match bytes.get(1) {
        Some(b'[') => {
            let end = parameters(parameters(2, 0x30..=0x3f), 0x20..=0x2f);
            let last = bytes.get(end).filter(|byte| (0x40..=0x7e).contains(*byte));
            last.map(|_| end + 1)
        }
        // A title, a picture, the clipboard: text up to a bell or a string terminator.
        Some(b']' | b'P' | b'X' | b'^' | b'_') => {
            let bell = text.find('\u{7}').map(|at| at + 1);
            let terminator = text[1..].find("\u{1b}\\").map(|at| at + 3);
            bell.into_iter().chain(terminator).min()
        }
        Some(_) => {
            let end = parameters(1, 0x20..=0x2f);
            let last = bytes.get(end).filter(|byte| (0x30..=0x7e).contains(*byte));
            last.map(|_| end + 1)
        }
        None => None,
    };
    end.unwrap_or(1)
}

/// `ESC [ 1 ; 31 m`
fn is_colour(sequence: &str) -> bool {
    let inner = sequence
        .strip_prefix("\u{1b}[")
        .and_then(|rest| rest.strip_suffix('m'));
    inner.is_some_and(|inner| {
        let mut bytes = inner.bytes();
        bytes.all(|byte| byte.is_ascii_digit() || matches!(byte, b';' | b':'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_line_breaks_and_tabs_stay() {
        for (dirty, plain) in [
            ("a\tb\nc", "a\tb\nc"),
            ("\u{1b}]0;title\u{7}a", "a"),
            ("\u{1b}]52;c;cm0gLXJm\u{1b}\\a", "a"),
            ("\u{1b}[2J\u{1b}[Ha", "a"),
            ("\u{1b}[>0qa\u{1b}[6n", "a"),
            ("\u{1b}Pdevice\u{1b}\\a", "a"),
            ("\u{1b}(0a\u{1b}c", "a"),
            ("secret\rpublic\r\n", "secret\npublic\n"),
            ("a\u{8}b\u{9b}31mc\u{7f}", "ab31mc"),
            ("a\u{1b}]no end", "a]no end"),
            ("a\u{1b}[1;2", "a[1;2"),
            ("a\u{1b}", "a"),
            ("ä\u{1b}[31mö\u{1b}[mü", "äöü"),
        ] {
            assert_eq!(clean(dirty, Paint::plain()), plain, "{dirty:?}");
        }
    }

    #[test]
    fn colours_stay_in_a_terminal_with_colours_and_end_with_the_text() {
        let on = Paint::coloured();
        assert_eq!(clean("\u{1b}[1;31ma", on), "\u{1b}[1;31ma\u{1b}[0m");
        assert_eq!(
            clean("\u{1b}[38:5:1ma\u{1b}[0m", on),
            "\u{1b}[38:5:1ma\u{1b}[0m"
        );
        assert_eq!(clean("\u{1b}[?1049ma", on), "a");
    }
}
