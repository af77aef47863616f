//! Breaks prose at spaces, so that the terminal does not break it inside a word.

use std::io::{self, IsTerminal};

use super::Size;

/// Wraps text for stdout. The first line starts after `taken` columns, and the other lines are
/// indented by `indent`. If stdout is not a terminal, long lines stay long.
pub fn wrapped(text: &str, taken: usize, indent: usize) -> String {
    let size = if io::stdout().is_terminal() {
        Size::of_terminal()
    } else {
        Size::ENDLESS
    };
    wrap(text, taken, indent, size.columns)
}

/// Puts each paragraph of Markdown on one line, because the author's line breaks have no meaning.
pub fn paragraphs(text: &str) -> String {
    let lines = text.trim().lines().map(str::trim_end);
    lines.fold(String::new(), |mut text, line| {
        if line.is_empty() {
            text.push_str("\n\n");
        } else {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push(if line.starts_with(['-', '*', ' ']) {
                    '\n'
                } else {
                    ' '
                });
            }
            text.push_str(line);
        }
        text
    })
}

/// The first sentences of a text, as many as `fits` accepts. Empty if the first one is too long.
pub fn first_sentences(text: &str, fits: impl Fn(&str) -> bool) -> &str {
    let ends = text.char_indices().filter(|&(at, c)| {
        matches!(c, '.' | '?' | '!') && text[at + 1..].starts_with(char::is_whitespace)
    });
    let starts = ends.map(|(at, _)| &text[..=at]);
    starts.take_while(|start| fits(start)).last().unwrap_or("")
}

fn wrap(text: &str, taken: usize, indent: usize, columns: usize) -> String {
    let margin = " ".repeat(indent);
    let mut out = String::new();
    let mut at = taken;
    for (index, line) in text.trim_end().lines().enumerate() {
        if index > 0 {
            out.push('\n');
            if !line.is_empty() {
                out.push_str(&margin);
            }
            at = indent;
        }
        // Keep leading and repeated spaces, because they align something.
        for word in line.split_inclusive(' ') {
            let width = word.trim_end().chars().count();
            // A word wider than the terminal has to break anyway.
            if at > indent && at + width > columns && indent + width <= columns {
                out.truncate(out.trim_end_matches(' ').len());
                out.push('\n');
                out.push_str(&margin);
                at = indent;
            }
            out.push_str(word);
            at += word.chars().count();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{first_sentences, paragraphs, wrap};

    #[test]
    fn a_text_is_shortened_to_its_first_sentences() {
        let text = "See `a.rs`. Why? Because.\n\nThe end.";
        let at_most = |n| move |text: &str| text.len() <= n;
        assert_eq!(first_sentences(text, at_most(10)), "");
        assert_eq!(first_sentences(text, at_most(11)), "See `a.rs`.");
        assert_eq!(
            first_sentences(text, at_most(30)),
            "See `a.rs`. Why? Because."
        );
    }

    #[test]
    fn a_paragraph_becomes_one_line_and_lists_stay() {
        assert_eq!(
            paragraphs("one\ntwo\n\nthree\n- four\n"),
            "one two\n\nthree\n- four"
        );
    }

    #[test]
    fn words_stay_whole_and_lines_stay_within_the_columns() {
        assert_eq!(wrap("one two three", 0, 2, 8), "one two\n  three");
        assert_eq!(wrap("one two", 6, 2, 8), "\n  one\n  two");
        assert_eq!(wrap("a\n\n  b   c\n", 0, 1, 80), "a\n\n   b   c");
        assert_eq!(wrap("an unbreakable", 0, 0, 4), "an unbreakable");
        assert_eq!(wrap("ääää ö", 0, 0, 6), "ääää ö");
    }
}
