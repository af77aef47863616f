//! Two pieces of source side by side: what a chapter took over, and what it changed.
//!
//! `{{#diff old new}}` compares the pieces line by line when the book is built, and within the
//! lines that changed word by word. A wide page shows them in two columns, a narrow one below
//! each other; the same as text, with `-` and `+`, is folded below for whoever reads by ear or by
//! copying.

use std::fmt::Write;

use super::{
    figures::{attribute, fenced, language, spans},
    rows::{Row, Run, changed_words, pieces, runs},
    source::Excerpt,
};
use crate::terminal::count;

/// A piece of source and the file it comes from.
pub struct Side<'a> {
    pub path: &'a str,
    pub shown: &'a Excerpt,
}

/// The figure; `None` if there is nothing to compare, for the two are the same.
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
        "<figure class=\"compare\" data-old=\"{}\" data-new=\"{}\">\n<figcaption>{} {}</figcaption>\n<div class=\"sides\">\n",
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
    // Writing to a string does not fail.
    let _ = write!(
        html,
        "</div>\n<details><summary>As text: {}</summary>\n\n{}\n</details>\n</figure>\n",
        sum(&text),
        fenced("diff", &text)
    );
    Some(html)
}

fn same(lines: &str, language: &str) -> String {
    let code = code(lines, &[]);
    // Once to be read, and once more where the second column needs it.
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

/// Lines as HTML, each an element that says how far it is moved in, with the pieces marked that
/// `marks` says. On one line, since a blank one would end Markdown's HTML.
fn code(lines: &str, marks: &[bool]) -> String {
    let mut html = String::new();
    for line in lines.lines() {
        let by = line.len() - line.trim_start().len();
        // Writing to a string does not fail.
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
        // A blank is marked between two words that are, and neither begins a mark nor ends it.
        let mark = is_marked(at) && (!piece.trim().is_empty() || open && is_marked(at + 1));
        if mark != open {
            html += if mark { "<mark>" } else { "</mark>" };
            open = mark;
        }
        html += &attribute(piece);
    }
    html + if open { "</mark>" } else { "" }
}

/// As `diff -u` would write it.
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

/// `4 lines stay, 3 go, 5 come`.
fn sum(text: &str) -> String {
    let with = |mark| text.lines().filter(|line| line.starts_with(mark)).count();
    let (go, come) = (with('-'), with('+'));
    match text.lines().count() - go - come {
        0 => format!("{} for {}", count(come, "line"), count(go, "line")),
        1 => format!("1 line stays, {go} go, {come} come"),
        stay => format!("{stay} lines stay, {go} go, {come} come"),
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
    fn of_a_line_that_changed_the_words_are_marked() {
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
    fn a_figure_says_where_both_come_from_and_the_same_as_text() {
        let html = compared(OLD, NEW).unwrap();
        for part in [
            "<span class=\"old\">old.rs, lines 1–6</span> <span class=\"new\">new.rs, lines 1–6</span>",
            "<div class=\"same\"><code class=\"language-rust\"><span style=\"--by:0\">fn f() {&#10;</span></code>",
            "aria-hidden=\"true\"",
            "<span class=\"unseen\">before: </span><code class=\"language-rust old\">",
            "<summary>As text: 3 lines stay, 3 go, 3 come</summary>",
            "```diff\n fn f() {\n-    let len = byte(1)?;\n-    one();\n+    let len = yield 2;\n",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        let figure = html.split("<details>").next().unwrap();
        assert!(!figure.contains("\n\n"), "Markdown would cut it: {figure}");
    }

    #[test]
    fn an_end_without_a_counterpart_is_an_empty_place() {
        let html = compared("a();\n", "a();\nb();\n").unwrap();
        assert!(html.contains("<span class=\"old none\"></span>"), "{html}");
    }

    #[test]
    fn two_that_are_the_same_are_nothing_to_compare() {
        assert_eq!(compared(OLD, OLD), None);
    }
}
