//! Breaks prose at spaces, so that the terminal does not break it inside a word.

use super::Size;
use super::fit::width;

/// The words that begin the lines of an error. The rest of such a line is indented below its first word.
const LABELS: [&str; 4] = ["error:", "warning:", "because:", "help:"];

/// Wraps text for stdout. The first line starts after `taken` columns, and the other lines are
/// indented by `indent`. If stdout is not a terminal, long lines stay long.
pub fn wrapped(text: &str, taken: usize, indent: usize) -> String {
    wrap(text, taken, indent, Size::of_stdout().columns)
}

/// Wraps each line of a text for stdout and keeps its indent. If stdout is not a terminal, long lines
/// stay long.
pub fn prose(text: &str) -> String {
    prose_in(text, Size::of_stdout())
}

/// Wraps each line of a text and keeps its indent. The lines of code in the error of a parser stay whole.
pub(super) fn prose_in(text: &str, size: Size) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        if is_code(line) {
            out.push_str(line);
        } else {
            wrap_line(&mut out, line, 0, indent_below(line), size.columns);
        }
    }
    out
}

/// The indent of the rows below the first row of this line.
fn indent_below(line: &str) -> usize {
    let words = line.trim_start_matches(' ');
    let indent = line.len() - words.len();
    let label = words.split_inclusive(' ').next().unwrap_or_default();
    let is_label = LABELS.iter().any(|known| label.contains(known));
    indent + if is_label { width(label) } else { 0 }
}

/// `3 | id = 1`, or the row below it with the mark.
fn is_code(line: &str) -> bool {
    let line = line.trim_start_matches(' ');
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.trim_start_matches(' ').starts_with('|')
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
    let mut out = String::new();
    let mut at = taken;
    for (index, line) in text.trim_end().lines().enumerate() {
        if index > 0 {
            out.push('\n');
            if !line.is_empty() {
                out.push_str(&" ".repeat(indent));
            }
            at = indent;
        }
        wrap_line(&mut out, line, at, indent, columns);
    }
    out
}

/// Appends one line that starts after `taken` columns.
fn wrap_line(out: &mut String, line: &str, taken: usize, indent: usize, columns: usize) {
    let mut at = taken;
    let mut rest = line;
    while !rest.is_empty() {
        let (word, after) = rest.split_at(unbroken(rest, columns.saturating_sub(indent)));
        rest = after;
        let whole = width(word.trim_end());
        // A word wider than the terminal has to break anyway.
        if at > indent && at + whole > columns && indent + whole <= columns {
            out.truncate(out.trim_end_matches(' ').len());
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            at = indent;
        }
        out.push_str(word);
        at += width(word);
    }
}

/// The length of the first word with one space behind it. Leading and repeated spaces are words of their
/// own, because they align something. A command in backticks is one word if it fits into `most` columns,
/// because readers copy it.
fn unbroken(line: &str, most: usize) -> usize {
    let word = line.find(' ').map_or(line.len(), |at| at + 1);
    if line[..word].matches('`').count().is_multiple_of(2) {
        return word;
    }
    let Some(end) = line[word..].find('`').map(|at| word + at) else {
        return word;
    };
    let whole = line[end..].find(' ').map_or(line.len(), |at| end + at + 1);
    if width(line[..whole].trim_end()) <= most {
        whole
    } else {
        word
    }
}

#[cfg(test)]
mod tests {
    use super::{Size, first_sentences, paragraphs, prose_in, wrap};

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

    #[test]
    fn the_codes_of_a_colour_have_no_width() {
        let red = |word: &str| format!("\x1b[31m{word}\x1b[0m");
        let text = format!("{} {} three", red("one"), red("two"));
        assert_eq!(wrap(&text, 0, 2, 14), text);
    }

    fn prose(text: &str, columns: usize) -> String {
        prose_in(text, Size { columns, rows: 24 })
    }

    #[test]
    fn each_line_of_prose_keeps_its_indent_and_its_end() {
        assert_eq!(
            prose("one two three\n\n  a -> long\nyes? ", 8),
            "one two\nthree\n\n  a ->\n  long\nyes? "
        );
        assert_eq!(prose("one\n", 8), "one\n");
        assert_eq!(prose_in("one two three", Size::ENDLESS), "one two three");
    }

    #[test]
    fn the_text_after_a_label_is_indented_below_the_label() {
        assert_eq!(
            prose("\x1b[31merror:\x1b[0m one two\n  help: one two\n", 12),
            "\x1b[31merror:\x1b[0m one\n       two\n  help: one\n        two\n"
        );
    }

    #[test]
    fn the_code_in_the_error_of_a_parser_is_not_wrapped() {
        let code = "  |\n12 | id = one two three\n  |      ^^^ ^^^ ^^^^^\n";
        assert_eq!(prose(code, 12), code);
    }

    #[test]
    fn a_command_stays_on_one_row_if_a_row_has_room_for_it() {
        assert_eq!(wrap("run `a b c`, now", 0, 0, 10), "run\n`a b c`,\nnow");
        assert_eq!(wrap("run `a b c d e`", 0, 0, 10), "run `a b c\nd e`");
        assert_eq!(wrap("a ` alone here", 0, 0, 10), "a ` alone\nhere");
    }
}
