//! Shows two pieces of source side by side, to show what a chapter changed.
//!
//! `{{#diff old new}}` compares the two pieces line by line when the book is built. Within changed
//! lines it also compares the words. A wide page shows two columns, and a narrow page shows one
//! piece above the other. The same comparison as text, with `-` and `+`, is folded below. It serves
//! readers who use a screen reader or copy the code.

use std::fmt::Write;

use super::{
    figures::{CODE, CODE_END, attribute, fenced, language, spans},
    rows::{Row, Run, changed_words, pieces, runs},
    source::Excerpt,
};
use crate::terminal::count;

/// A piece of source and its file.
pub struct Side<'a> {
    pub path: &'a str,
    pub shown: &'a Excerpt,
}

/// The figure, or `None` if the two pieces are equal.
pub fn figure(old: &Side<'_>, new: &Side<'_>) -> Option<String> {
    let runs = runs(&old.shown.text, &new.shown.text);
    if !runs.iter().any(|run| matches!(run, Run::Changed(_))) {
        return None;
    }
    let caption = |side: &Side<'_>, class: &str| {
        let (path, lines) = (attribute(side.path), spans(&side.shown.runs));
        format!("<span class=\"{class}\">{path}, {lines}</span>")
    };
    let mut html = format!(
        "<figure class=\"compare\" data-old=\"{}\" data-new=\"{}\">\n{CODE}\n<figcaption>{} {}</figcaption>\n<div class=\"sides\">\n",
        attribute(old.path),
        attribute(new.path),
        caption(old, "old"),
        caption(new, "new"),
    );
    for run in &runs {
        html += &match run {
            Run::Same(lines) => same(lines, language(new.path)),
            Run::Changed(rows) => changed(rows, [language(old.path), language(new.path)]),
        };
    }
    let text = text(&runs);
    // Writing to a string cannot fail.
    let _ = write!(
        html,
        "</div>\n<details><summary>As text: {}</summary>\n\n{}\n</details>\n{CODE_END}\n</figure>\n",
        sum(&text),
        fenced("diff", &text)
    );
    Some(html)
}

fn same(lines: &str, language: &str) -> String {
    let code = code(lines, &[]);
    // The second copy is for the right column, and a screen reader skips it.
    format!(
        "<div class=\"same\"><code class=\"language-{language}\">{code}</code>\
         <code class=\"language-{language} again\" aria-hidden=\"true\">{code}</code></div>\n"
    )
}

fn changed(rows: &[Row], languages: [&str; 2]) -> String {
    let side = |class: &str, said: &str, code: &str, language: &str| {
        if code.is_empty() {
            format!("<span class=\"{class} none\"></span>")
        } else {
            format!(
                "<span class=\"unseen\">{said}: </span><code class=\"language-{language} {class}\">{code}</code>"
            )
        }
    };
    let mut html = String::from("<div class=\"changed\">");
    for row in rows {
        let (old, new) = if row.alike {
            changed_words(&row.old, &row.new)
        } else {
            Default::default()
        };
        let [before, after] = languages;
        html += "<div class=\"row\">";
        html += &side("old", "before", &code(&row.old, &old), before);
        html += &side("new", "after", &code(&row.new, &new), after);
        html += "</div>";
    }
    html + "</div>\n"
}

/// Formats lines as HTML. Each line becomes an element that stores its indentation, and `marks`
/// says which words to highlight. The result is one line, because a blank line would end the HTML
/// block in Markdown.
fn code(lines: &str, marks: &[bool]) -> String {
    let mut html = String::new();
    for line in lines.lines() {
        let by = line.len() - line.trim_start().len();
        // Writing to a string cannot fail.
        let _ = write!(
            html,
            "<span style=\"--by:{by}\">{}&#10;</span>",
            marked(line, marks)
        );
    }
    html
}

fn marked(line: &str, marks: &[bool]) -> String {
    let mut html = String::new();
    let mut open = false;
    let pieces: Vec<&str> = pieces(line).collect();
    let is_marked = |at: usize| marks.get(at).copied().unwrap_or(false);
    for (at, &piece) in pieces.iter().enumerate() {
        // Highlight a space only between two highlighted words.
        let mark = is_marked(at) && (!piece.trim().is_empty() || open && is_marked(at + 1));
        if mark != open {
            html += if mark { "<mark>" } else { "</mark>" };
            open = mark;
        }
        html += &attribute(piece);
    }
    html + if open { "</mark>" } else { "" }
}

/// Formats the comparison as `diff -u` does.
fn text(runs: &[Run]) -> String {
    let with = |mark: char, lines: &str| -> String {
        lines
            .lines()
            .map(|line| format!("{mark}{line}").trim_end().to_owned() + "\n")
            .collect()
    };
    let mut out = String::new();
    for run in runs {
        match run {
            Run::Same(lines) => out += &with(' ', lines),
            Run::Changed(rows) => {
                out.extend(rows.iter().map(|row| with('-', &row.old)));
                out.extend(rows.iter().map(|row| with('+', &row.new)));
            }
        }
    }
    out
}

/// Counts the lines: `4 lines unchanged, 3 removed, 5 added`.
fn sum(text: &str) -> String {
    let with = |mark| text.lines().filter(|line| line.starts_with(mark)).count();
    let (go, come) = (with('-'), with('+'));
    match text.lines().count() - go - come {
        0 => format!("{} removed, {come} added", count(go, "line")),
        1 => format!("1 line unchanged, {go} removed, {come} added"),
        stay => format!("{stay} lines unchanged, {go} removed, {come} added"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::source::excerpt;

    const OLD: &str = "fn f() {\n    let len = byte(1)?;\n    one();\n}\n\nfn g() {}\n";
    const NEW: &str = "fn f() {\n    let len = yield 2;\n    two();\n}\n\nfn h() {}\n";

    fn compared(old: &str, new: &str) -> Option<String> {
        let excerpt = |text| excerpt("f.rs", text, None).unwrap();
        let (a, b) = (excerpt(old), excerpt(new));
        let side = |path, shown| Side { path, shown };
        figure(&side("old.rs", &a), &side("new.rs", &b))
    }

    #[test]
    fn the_words_that_differ_in_a_changed_line_are_highlighted() {
        let html = compared("let len = a.byte(until)?;\n", "let len = a.yield(until);\n").unwrap();
        for part in [
            "<span style=\"--by:0\">let len = a.<mark>byte</mark>(until)<mark>?</mark>;&#10;</span>",
            "<span style=\"--by:0\">let len = a.<mark>yield</mark>(until);&#10;</span>",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert!(
            !compared("let a = 1;\n", "return b(x, y);\n")
                .unwrap()
                .contains("<mark>")
        );
    }

    #[test]
    fn a_figure_names_both_sources_and_repeats_the_comparison_as_text() {
        let html = compared(OLD, NEW).unwrap();
        for part in [
            "<span class=\"old\">old.rs, lines 1–6</span> <span class=\"new\">new.rs, lines 1–6</span>",
            "<div class=\"same\"><code class=\"language-rust\"><span style=\"--by:0\">fn f() {&#10;</span></code>",
            "aria-hidden=\"true\"",
            "<span class=\"unseen\">before: </span><code class=\"language-rust old\">",
            "<summary>As text: 3 lines unchanged, 3 removed, 3 added</summary>",
            "```diff\n fn f() {\n-    let len = byte(1)?;\n-    one();\n+    let len = yield 2;\n",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        let figure = html.split("<details>").next().unwrap();
        assert!(!figure.contains("\n\n"), "Markdown would cut it: {figure}");
    }

    #[test]
    fn a_line_without_a_counterpart_has_an_empty_cell_beside_it() {
        let html = compared("a();\n", "a();\nb();\n").unwrap();
        assert!(html.contains("<span class=\"old none\"></span>"), "{html}");
    }

    #[test]
    fn two_equal_pieces_give_no_figure() {
        assert_eq!(compared(OLD, OLD), None);
    }
}
