//! The HTML around the pieces of a page. The theme and the widgets depend on exactly these elements
//! and attributes.

use std::ops::RangeInclusive;

use super::{claims::TestRef, output::Output, source::Excerpt};
use crate::catalog::Exercise;

/// The mark before text that is code or output. The search finds the words of this text, but shows only the
/// text around it (`book/widgets/search.js`). The marks are invisible characters in hidden paragraphs.
pub const CODE: &str = "<p hidden>\u{2063}</p>";
/// The mark after it.
pub const CODE_END: &str = "<p hidden>\u{2064}</p>";

/// Marks HTML as code for the search.
pub fn marked(html: &str) -> String {
    format!("{CODE}\n{html}\n{CODE_END}")
}

/// Escapes text for use in an attribute.
pub fn attribute(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Renders a phrase of Markdown as one line of HTML, without a paragraph around it.
pub fn phrase(markdown: &str) -> String {
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new(markdown.trim()));
    let html = html.trim().replace("</p>\n<p>", "<br>");
    let inner = html
        .strip_prefix("<p>")
        .and_then(|h| h.strip_suffix("</p>"));
    inner
        .unwrap_or(&html)
        .lines()
        .map(str::trim_end)
        .filter(|l| !l.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A fence around `body`, longer than any run of backticks inside.
pub fn fenced(info: &str, body: &str) -> String {
    let longest = body
        .lines()
        .map(|line| line.trim_start().bytes().take_while(|b| *b == b'`').count())
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let end = if body.is_empty() || body.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    format!("{fence}{info}\n{body}{end}{fence}\n")
}

/// Describes ranges of lines: `lines 12–34`, `line 12`, `lines 12–34 and line 40`.
pub fn spans(runs: &[RangeInclusive<usize>]) -> String {
    let span = |run: &RangeInclusive<usize>| match (run.start(), run.end()) {
        (first, last) if first == last => format!("line {first}"),
        (first, last) => format!("lines {first}–{last}"),
    };
    let spans: Vec<_> = runs.iter().map(span).collect();
    match spans.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        Some((only, _)) => only.clone(),
        None => "empty".into(),
    }
}

/// A piece of source, with its file and lines.
pub fn source(path: &str, shown: &Excerpt) -> String {
    figure_of_source(path, shown, "")
}

fn figure_of_source(path: &str, shown: &Excerpt, id: &str) -> String {
    let attributes = format!(
        "data-path=\"{}\" data-start=\"{}\" data-end=\"{}\"{id}",
        attribute(path),
        shown.first,
        shown.last
    );
    format!(
        "<figure class=\"source\" {attributes}>\n{CODE}\n<figcaption>{}, {}</figcaption>\n\n{}\n{CODE_END}\n</figure>\n",
        attribute(path),
        spans(&shown.runs),
        fenced(language(path), &shown.text),
    )
}

/// The name that the highlighter uses for the language of a file.
pub fn language(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "rs" => "rust",
        "toml" => "toml",
        "js" => "javascript",
        "sh" => "bash",
        "diff" | "patch" => "diff",
        _ => "text",
    }
}

/// A command and what it printed.
pub fn output(shown: &Output<'_>) -> String {
    let exit = if shown.exit == 0 {
        String::new()
    } else {
        format!(" data-exit=\"{}\"", shown.exit)
    };
    let varies = if shown.varies { " data-varies" } else { "" };
    let body = format!("$ {}\n{}", shown.command, shown.text);
    format!(
        "<figure class=\"output\" data-command=\"{}\"{exit}{varies}>\n{CODE}\n\n{}\n{CODE_END}\n</figure>\n",
        attribute(shown.command),
        fenced("console", &body)
    )
}

/// The output of the block above it.
pub fn printed(text: &str) -> String {
    format!(
        "<figure class=\"output\">\n{CODE}\n<figcaption>prints</figcaption>\n\n{}\n{CODE_END}\n</figure>\n",
        fenced("text", text)
    )
}

/// A block with a run button, and what it shows without a server behind the page.
pub fn runnable(chapter: &str, block: &str, without_server: &str) -> String {
    format!(
        "<div class=\"runnable\" data-chapter=\"{}\">\n{CODE}\n\n{block}\n\n{without_server}{CODE_END}\n</div>\n",
        attribute(chapter)
    )
}

/// Says how to run a block, on a page of `cargo course` without JavaScript.
pub fn needs_course() -> String {
    format!(
        "<p class=\"static\">To run this block, or to change it first, read the book with {COURSE}.</p>\n"
    )
}

/// Says where a block runs, on a page without a server.
pub fn runs_locally(to_root: &str) -> String {
    format!(
        "<p class=\"static\">Runs on your machine with {}.</p>\n",
        how(to_root)
    )
}

/// The data with which `playground.js` copies a block as one file.
pub fn as_one_file(to_root: &str, program: &str, crates: &[String]) -> String {
    let file = serde_json::json!({ "program": program, "crates": crates });
    format!(
        "<p class=\"static\">Runs on your machine with {}, or as one file in the Rust playground.</p>\n{}",
        how(to_root),
        data("one-file", &file)
    )
}

/// The command that serves the book.
pub const COURSE: &str = "<code>cargo course</code>";

/// The same as a link to its description.
pub fn how(to_root: &str) -> String {
    format!("<a href=\"{to_root}how-to.html#do\">{COURSE}</a>")
}

/// Data for a widget. It is one line without a `<`, and without a pair of braces that mdBook would take for a
/// directive.
pub fn data(class: &str, value: &serde_json::Value) -> String {
    let json = value
        .to_string()
        .replace('<', "\\u003c")
        .replace("{{", "{\\u007b");
    format!("<script type=\"application/json\" class=\"{class}\">{json}</script>\n")
}

/// A block that must not compile. Without a server behind the page, it says how to start one. `course` is the
/// name of the command, or a link to its description.
pub fn fails(chapter: &str, error: &str, block: &str, course: &str) -> String {
    format!(
        "<div class=\"fails\" data-chapter=\"{}\" data-code=\"{}\">\n{CODE}\n\n{block}\n\n\
         <p class=\"static\">To see the compiler's message, read the book with {course}.</p>\n\
         {CODE_END}\n</div>\n",
        attribute(chapter),
        attribute(error)
    )
}

/// The id of a test's source on a page.
pub fn test_anchor(test: &TestRef) -> String {
    let file = test
        .path
        .rsplit('/')
        .next()
        .unwrap_or("")
        .trim_end_matches(".rs");
    format!("test-{file}-{}", test.name).replace("::", "-")
}

/// A link to a test's source at the end of `page`. An empty `page` means the page itself.
pub fn test_link(test: &TestRef, page: &str) -> String {
    format!(
        "<a class=\"test\" href=\"{page}#{}\" data-path=\"{}\"><code>{}</code></a>",
        test_anchor(test),
        attribute(&test.path),
        attribute(&test.name)
    )
}

/// The source of a test, folded, at the end of the page. The id is inside the folded part, so a
/// link to it also opens it.
pub fn test_source(test: &TestRef, shown: &Excerpt) -> String {
    let id = format!(" id=\"{}\"", test_anchor(test));
    format!(
        "<details class=\"test\"><summary><code>{}</code></summary>\n\n{}\n</details>\n",
        attribute(&test.name),
        figure_of_source(&test.path, shown, &id)
    )
}

/// The id of an exercise's panel on its page.
pub fn exercise_anchor(id: &str) -> String {
    format!("exercise-{}", id.replace('/', "-"))
}

/// The panel of an exercise. Without a server behind the page, it says how to do the exercise.
pub fn panel(exercise: &Exercise, file: &str, test: &str) -> String {
    let [id, title, file, test] = [&exercise.id, &exercise.title, file, test].map(attribute);
    let (kind, minutes) = (exercise.kind.name(), exercise.minutes);
    let module = exercise
        .module
        .as_deref()
        .map_or_else(String::new, |module| {
            format!(" data-module=\"{}\"", attribute(module))
        });
    format!(
        "<section class=\"exercise\" id=\"{}\" data-id=\"{id}\" data-file=\"{file}\" data-test=\"{test}\" \
         data-kind=\"{kind}\" data-minutes=\"{minutes}\"{module}>\n<h3 id=\"{}-title\">{title}</h3>\n\n{}\n\n\
         <p class=\"static\">To do this exercise, run <code>cargo course</code> in the repository and open this page \
         there. Or edit <code>{file}</code> and run <code>cargo course check {id}</code>.</p>\n</section>\n",
        exercise_anchor(&exercise.id),
        exercise_anchor(&exercise.id),
        exercise.summary.trim()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_becomes_one_line_of_html() {
        assert_eq!(
            phrase("a `b` & *c*\nd"),
            "a <code>b</code> &amp; <em>c</em> d"
        );
        assert_eq!(phrase("one\n\ntwo"), "one<br>two");
    }

    #[test]
    fn a_fence_is_longer_than_every_fence_in_its_body() {
        assert_eq!(fenced("rust", "/// ```\n"), "```rust\n/// ```\n```\n");
        assert_eq!(
            fenced("md", "````\nx\n````\n"),
            "`````md\n````\nx\n````\n`````\n"
        );
    }
}
