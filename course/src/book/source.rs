//! Compiled source on a page: excerpts by anchor and tests by name, with their line numbers.
//!
//! Anchors are mdBook's own: `// ANCHOR: name` and `// ANCHOR_END: name`, each alone on its line. A
//! page shows no anchor line, and no anchor line counts as source.

use std::ops::RangeInclusive;

use super::problem::Fault;

/// Lines of a file, ready for a page.
#[derive(Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The lines, without their common indentation.
    pub text: String,
    /// The number of the first line, counted from one.
    pub first: usize,
    /// The number of the last line.
    pub last: usize,
    /// The ranges of lines that the page shows, including anchor lines between them. There is more
    /// than one range if the file uses the anchor several times.
    pub runs: Vec<RangeInclusive<usize>>,
}

/// Whether the line is only an anchor.
pub fn is_marker(line: &str) -> bool {
    marker(line).is_some()
}

enum Marker<'a> {
    Begin(&'a str),
    End(&'a str),
}

fn marker(line: &str) -> Option<Marker<'_>> {
    let line = line.trim_start();
    let comment = line
        .strip_prefix("//")
        .or_else(|| line.strip_prefix('#'))?
        .trim();
    if let Some(name) = comment.strip_prefix("ANCHOR:") {
        Some(Marker::Begin(name.trim()))
    } else {
        comment
            .strip_prefix("ANCHOR_END:")
            .map(|name| Marker::End(name.trim()))
    }
}

/// The lines between the two marks of `anchor`, or the whole file.
pub fn excerpt(path: &str, text: &str, anchor: Option<&str>) -> Result<Excerpt, Fault> {
    let mut shown = Vec::new();
    let mut inside = anchor.is_none();
    let mut begun = inside;
    let lines: Vec<&str> = text.lines().collect();
    for (index, &line) in lines.iter().enumerate() {
        match (marker(line), anchor) {
            (Some(Marker::Begin(name)), Some(wanted)) if name == wanted => {
                (inside, begun) = (true, true);
            }
            (Some(Marker::End(name)), Some(wanted)) if name == wanted => inside = false,
            // If anchor lines stood between two blank lines, we show only one of the blank lines.
            (None, _) if inside && is_second_blank(&shown, index, &lines) => {}
            (None, _) if inside => shown.push((index + 1, line)),
            _ => {}
        }
    }
    if let Some(anchor) = anchor {
        let (path, anchor) = (path.to_owned(), anchor.to_owned());
        if !begun {
            return Err(Fault::NoAnchor {
                path,
                anchor,
                known: anchors(text),
            });
        }
        if inside {
            return Err(Fault::OpenAnchor { path, anchor });
        }
    }
    Ok(trimmed(&shown, &lines))
}

/// Whether the line at `index` is a second blank line: the last line we showed is blank too, and
/// only anchor lines stand between them.
fn is_second_blank(shown: &[(usize, &str)], index: usize, lines: &[&str]) -> bool {
    let blank = |line: &str| line.trim().is_empty();
    let after_marks = |&(last, before): &(usize, &str)| {
        let between = &lines[last..index];
        blank(before) && !between.is_empty() && between.iter().all(|line| is_marker(line))
    };
    blank(lines[index]) && shown.last().is_some_and(after_marks)
}

/// The function of a test, with its attributes and comments.
pub fn test(path: &str, text: &str, name: &str) -> Result<Excerpt, Fault> {
    let lines: Vec<&str> = text.lines().collect();
    let Some(at) = lines.iter().position(|line| function(line) == Some(name)) else {
        return Err(Fault::NoTest {
            path: path.into(),
            name: name.into(),
            known: tests(&lines),
        });
    };
    let above = lines[..at].iter().rev().take_while(|line| {
        let line = line.trim_start();
        line.starts_with("#[") || line.starts_with("//")
    });
    let first = at - above.count();
    // In code that rustfmt formatted, a function ends at the first line that has the function's own
    // indentation and a brace.
    let indent = &lines[at][..lines[at].len() - lines[at].trim_start().len()];
    let on_one_line = lines[at].trim_end().ends_with('}');
    let length = lines[at..]
        .iter()
        .position(|line| on_one_line || *line == format!("{indent}}}"));
    let last = length.map_or(at, |n| at + n);
    let shown: Vec<_> = (first..=last)
        .filter(|n| !is_marker(lines[*n]))
        .map(|n| (n + 1, lines[n]))
        .collect();
    Ok(trimmed(&shown, &lines))
}

/// The name of the function that starts on this line.
fn function(line: &str) -> Option<&str> {
    let mut words = line.trim_start();
    for word in ["pub ", "async ", "unsafe "] {
        words = words.strip_prefix(word).unwrap_or(words);
    }
    let rest = words.strip_prefix("fn ")?;
    let end = rest.find(['(', '<'])?;
    Some(&rest[..end])
}

fn tests(lines: &[&str]) -> Vec<String> {
    let is_test = |at: usize| {
        lines[..at]
            .iter()
            .rev()
            .take_while(|l| l.trim_start().starts_with("#["))
            .any(|l| l.contains("test"))
    };
    lines
        .iter()
        .enumerate()
        .filter(|(at, _)| is_test(*at))
        .filter_map(|(_, line)| function(line).map(str::to_owned))
        .collect()
}

fn anchors(text: &str) -> Vec<String> {
    let begun = text.lines().filter_map(|line| match marker(line) {
        Some(Marker::Begin(name)) => Some(name.to_owned()),
        _ => None,
    });
    begun.collect()
}

/// Removes blank lines at both ends, and the common indentation. `lines` is the whole file.
fn trimmed(shown: &[(usize, &str)], lines: &[&str]) -> Excerpt {
    let filled = |(_, line): &&(usize, &str)| !line.trim().is_empty();
    let Some(from) = shown.iter().position(|l| filled(&l)) else {
        return Excerpt {
            text: String::new(),
            first: 0,
            last: 0,
            runs: Vec::new(),
        };
    };
    let to = shown.iter().rposition(|l| filled(&l)).unwrap_or(from);
    let shown = &shown[from..=to];
    let width = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let indent = shown
        .iter()
        .filter(filled)
        .map(|(_, line)| width(line))
        .min()
        .unwrap_or(0);
    let text = shown
        .iter()
        .map(|(_, line)| line.get(indent..).unwrap_or("").to_owned() + "\n")
        .collect();
    Excerpt {
        text,
        first: shown[0].0,
        last: shown[shown.len() - 1].0,
        runs: runs(shown, lines),
    }
}

/// Groups lines into ranges. Blank lines and anchor lines between two lines do not end a range.
fn runs(shown: &[(usize, &str)], lines: &[&str]) -> Vec<RangeInclusive<usize>> {
    let mut runs: Vec<RangeInclusive<usize>> = Vec::new();
    for &(number, _) in shown {
        match runs.last_mut() {
            Some(run)
                if lines[*run.end()..number - 1]
                    .iter()
                    .all(|l| is_marker(l) || l.trim().is_empty()) =>
            {
                *run = *run.start()..=number;
            }
            _ => runs.push(number..=number),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
//! Head.
// ANCHOR: outer
pub mod a {
    // ANCHOR: inner
    pub fn one() {
        two();
    }
    // ANCHOR_END: inner
}
// ANCHOR_END: outer
";

    #[test]
    fn an_anchor_shows_its_lines_without_their_common_indentation() {
        let inner = excerpt("f.rs", FILE, Some("inner")).unwrap();
        assert_eq!(
            inner,
            Excerpt {
                text: "pub fn one() {\n    two();\n}\n".into(),
                first: 5,
                last: 7,
                runs: vec![5..=7],
            }
        );
    }

    #[test]
    fn a_page_never_shows_the_marks_of_other_anchors() {
        let outer = excerpt("f.rs", FILE, Some("outer")).unwrap();
        assert_eq!((outer.first, outer.last), (3, 9));
        assert!(!outer.text.contains("ANCHOR"), "{}", outer.text);
        assert!(!excerpt("f.rs", FILE, None).unwrap().text.contains("ANCHOR"));
    }

    #[test]
    fn an_anchor_that_is_used_twice_shows_both_ranges_and_nothing_between_them() {
        let file = "// ANCHOR: a\none\n// ANCHOR: b\ntwo\n// ANCHOR_END: b\n// ANCHOR_END: a\n\nhidden\n\n\
                    // ANCHOR: a\n\nthree\n// ANCHOR_END: a\n";
        let shown = excerpt("f.rs", file, Some("a")).unwrap();
        assert_eq!(shown.runs, [2..=4, 11..=12]);
        assert_eq!((shown.first, shown.last), (2, 12));
        assert_eq!(excerpt("f.rs", file, None).unwrap().runs, [2..=12]);
    }

    #[test]
    fn anchor_lines_between_two_blank_lines_leave_one_blank_line() {
        let file =
            "// ANCHOR: a\none\n\n// ANCHOR: b\n// ANCHOR: c\n\ntwo\n\n\nthree\n// ANCHOR_END: a\n";
        let shown = excerpt("f.rs", file, Some("a")).unwrap();
        assert_eq!(shown.text, "one\n\ntwo\n\n\nthree\n");
        assert_eq!(shown.runs, [2..=10]);
    }

    #[test]
    fn the_error_for_a_missing_anchor_lists_the_anchors_of_the_file() {
        let fault = excerpt("f.rs", FILE, Some("iner")).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "`f.rs` has no `// ANCHOR: iner` line. There are: outer, inner"
        );
    }

    #[test]
    fn an_anchor_without_an_end_is_an_error() {
        let fault = excerpt("f.rs", "// ANCHOR: a\nfn f() {}\n", Some("a")).unwrap_err();
        assert!(matches!(fault, Fault::OpenAnchor { .. }));
    }

    #[test]
    fn a_test_is_shown_with_its_attributes_and_comments() {
        let file = "use x;\n\n/// Says why.\n#[test]\nfn promise() {\n    if a {\n    }\n}\n\n#[test]\nfn other() {}\n";
        let shown = test("t.rs", file, "promise").unwrap();
        assert_eq!((shown.first, shown.last), (3, 8));
        let fault = test("t.rs", file, "promis").unwrap_err();
        assert_eq!(
            fault.to_string(),
            "`t.rs` has no test `promis`. There are: promise, other"
        );
    }
}
