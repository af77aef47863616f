//! Checks that the page shows every line of the crate and every exercise of the chapter, that the
//! tests it names exist, and that every invariant names a test.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::report::{Found, VerifyError, count};
use crate::book::{PageFacts, TestRef};
use crate::catalog::{Chapter, Layout};
use crate::files::{self, FileError};

/// Checks that the page shows every line of the crate's `src/`, except blank lines and anchors.
pub(super) fn covered(
    layout: &Layout,
    chapter: &Chapter,
    facts: &PageFacts,
) -> Result<Found, VerifyError> {
    let src = layout.chapters().join(&chapter.dir).join("src");
    let mut found = Found::default();
    let mut lines = 0;
    for file in files::walk(&src, &|_| false)? {
        let path = src.join(file);
        let name = layout.show(&path);
        let text = files::read(&path)?;
        lines += text.lines().filter(|line| says_something(line)).count();
        let shown = |number: &usize| {
            facts
                .sources
                .iter()
                .any(|source| source.path == name && source.lines.contains(number))
        };
        for (first, last) in missing(&text, &shown) {
            let range = if first == last {
                format!("line {first}")
            } else {
                format!("lines {first}–{last}")
            };
            found.add(
                format!(
                    "{name}, {range}: no `{{{{#source}}}}` of {} shows it",
                    facts.page
                ),
                "put the lines between anchors and show them where the reader needs them",
            );
        }
    }
    found.proved = count(lines, "line");
    Ok(found)
}

/// The ranges of lines with content that the page does not show.
fn missing(text: &str, shown: &dyn Fn(&usize) -> bool) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut open = false;
    for (number, line) in (1..).zip(text.lines()) {
        if !says_something(line) {
            continue;
        }
        match runs.last_mut() {
            _ if shown(&number) => open = false,
            Some(run) if open => run.1 = number,
            _ => {
                runs.push((number, number));
                open = true;
            }
        }
    }
    runs
}

/// Whether a line has content. Blank lines and anchors do not count.
fn says_something(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with("// ANCHOR")
}

/// Checks that the page shows each exercise once, and that the tests it names exist.
pub(super) fn stated(
    layout: &Layout,
    chapter: &Chapter,
    facts: &PageFacts,
) -> Result<Found, VerifyError> {
    let mut found = Found::default();
    for exercise in &chapter.exercises {
        match facts
            .exercises
            .iter()
            .filter(|(id, _)| *id == exercise.id)
            .count()
        {
            1 => {}
            0 => found.add(
                format!("{}: the exercise {} is missing", facts.page, exercise.id),
                format!("add `{{{{#exercise {}}}}}` where it belongs", exercise.id),
            ),
            n => found.add(
                format!(
                    "{}: the exercise {} is there {n} times",
                    facts.page, exercise.id
                ),
                "remove the others",
            ),
        }
    }
    let mut predictions = BTreeSet::new();
    for prediction in &facts.predictions {
        if prediction.checked_by.is_empty() {
            found.add(
                format!(
                    "{}:{}: no test checks the prediction {}",
                    facts.page, prediction.line, prediction.id
                ),
                "name the test of the right choice in `checked_by`",
            );
        }
        if !predictions.insert(&prediction.id) {
            let what = format!(
                "{}:{}: two predictions have the id {}",
                facts.page, prediction.line, prediction.id
            );
            found.add(what, "give each its own id");
        }
    }
    let named: Vec<&TestRef> = facts
        .tests
        .iter()
        .chain(
            facts
                .predictions
                .iter()
                .flat_map(|prediction| &prediction.checked_by),
        )
        .collect();
    for test in &named {
        let path = layout.root().join(&test.path);
        let source = match fs::read_to_string(&path) {
            Ok(source) => source,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(FileError::new("read", path)(error).into()),
        };
        let runs = cargo_runs(Path::new(&test.path));
        if !runs || !is_test(&source, &test.name) {
            let why = if runs {
                "there is no #[test] with this name"
            } else {
                "cargo does not run the tests of this file"
            };
            found.add(
                format!(
                    "{}:{}: {}#{}: {why}",
                    facts.page, test.line, test.path, test.name
                ),
                "name an existing test, or write it",
            );
        }
    }
    found.proved = format!(
        "{}, {}",
        count(chapter.exercises.len(), "exercise"),
        count(named.len(), "test")
    );
    Ok(found)
}

/// Checks that the invariants are numbered from one, and that each names a test.
pub(super) fn promised(facts: &PageFacts) -> Found {
    let mut tests = 0;
    let mut found = Found::default();
    for (expected, invariant) in (1..).zip(&facts.invariants) {
        let named = invariant.text.matches("{{#test ").count();
        tests += named;
        let place = format!("{}:{}", facts.page, invariant.line);
        if invariant.number != expected {
            found.add(
                format!(
                    "{place}: invariant {expected} has the number {}",
                    invariant.number
                ),
                "number the invariants from one, because pages refer to them by number",
            );
        }
        if named == 0 {
            found.add(
                format!("{place}: invariant {expected} names no test"),
                "name its test with `{{#test …}}`, or write one",
            );
        }
    }
    if facts.invariants.is_empty() {
        found.add(
            format!("{}: the page has no invariants", facts.page),
            "add a numbered list under `## Invariants`",
        );
    }
    found.proved = format!(
        "{}, {}",
        count(facts.invariants.len(), "invariant"),
        count(tests, "test")
    );
    found
}

/// Whether cargo runs tests in this file: in `tests/*.rs`, in `src/`, or in an example with tests
/// enabled.
fn cargo_runs(path: &Path) -> bool {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    path.extension().is_some_and(|extension| extension == "rs")
        && parts
            .iter()
            .any(|part| *part == "tests" || *part == "src" || *part == "examples")
}

/// Whether `source` has a function with this name and `#[test]` above it.
fn is_test(source: &str, name: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let is_function = |line: &str| {
        let rest = line.strip_prefix("pub ").unwrap_or(line);
        let rest = rest
            .strip_prefix("fn ")
            .and_then(|rest| rest.strip_prefix(name));
        rest.is_some_and(|rest| rest.starts_with('('))
    };
    let ends_item = |line: &str| line.is_empty() || line.ends_with(['}', ';', '{']);
    lines
        .iter()
        .enumerate()
        .filter(|(_, line)| is_function(line))
        .any(|(at, _)| {
            lines[..at]
                .iter()
                .rev()
                .take_while(|line| !ends_item(line))
                .any(|line| *line == "#[test]")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_not_shown_are_reported_as_ranges() {
        let text = "one\ntwo\n\n// ANCHOR: a\nfive\n// ANCHOR_END: a\nseven\n\nnine\n";
        assert_eq!(missing(text, &|n| *n == 5), [(1, 2), (7, 9)]);
        assert_eq!(missing(text, &|n| *n != 5), [(5, 5)]);
        assert_eq!(missing(text, &|_| true), []);
    }

    #[test]
    fn only_a_function_marked_as_test_is_a_test() {
        let source = "#[test]\n#[should_panic(expected = \"x\")]\n// Why.\nfn one() {}\n\nfn two() {}\n\n#[test]\nfn three_and_more() {\n";
        assert!(is_test(source, "one"));
        assert!(!is_test(source, "two"));
        assert!(!is_test(source, "three"));
        assert!(!is_test(source, "four"));
    }
}
