//! Holes: the parts of a solution that the reader has to write.
//!
//! ```text
//!     // hole: begin
//!     self.queue.push_back(task);          what the solution says
//!     // hole: instead
//!     //| todo!("queue the task")          what the skeleton says
//!     // hole: end
//! ```

/// A hole with an error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct HoleError {
    /// The line number, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: &'static str,
}

/// The text to keep from each hole.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Skeleton,
    Solution,
}

/// The reader's version: the `//|` lines replace each hole.
pub fn skeleton(source: &str) -> Result<String, HoleError> {
    resolve(source, Side::Skeleton)
}

/// The solution without the marks.
pub fn solution(source: &str) -> Result<String, HoleError> {
    resolve(source, Side::Solution)
}

/// Whether a source contains holes.
pub fn has_holes(source: &str) -> bool {
    source.lines().any(|line| mark(line).is_some())
}

enum Place {
    Outside,
    Solution { begin: usize },
    Instead { begin: usize },
}

fn resolve(source: &str, side: Side) -> Result<String, HoleError> {
    let mut out = String::with_capacity(source.len());
    let mut place = Place::Outside;
    for (index, line) in source.split_inclusive('\n').enumerate() {
        let number = index + 1;
        let wrong = |problem| HoleError {
            line: number,
            problem,
        };
        place = match (mark(line), place) {
            (Some("begin"), Place::Outside) => Place::Solution { begin: number },
            (Some("begin"), _) => return Err(wrong("a hole begins inside another hole")),
            (Some("instead"), Place::Solution { begin }) => Place::Instead { begin },
            (Some("instead"), _) => return Err(wrong("`instead` without a `begin` before it")),
            (Some("end"), Place::Instead { .. }) => Place::Outside,
            (Some("end"), _) => {
                return Err(wrong("`end` without a `begin` and an `instead` before it"));
            }
            (Some(_), _) => return Err(wrong("a mark of a hole is `begin`, `instead` or `end`")),
            (None, Place::Outside) => {
                out.push_str(line);
                Place::Outside
            }
            (None, place @ Place::Solution { .. }) => {
                if side == Side::Solution {
                    out.push_str(line);
                }
                place
            }
            (None, place @ Place::Instead { .. }) => {
                let text =
                    instead(line).ok_or(wrong("after `instead`, every line starts with `//|`"))?;
                if side == Side::Skeleton {
                    out.push_str(&text);
                }
                place
            }
        };
    }
    match place {
        Place::Outside => Ok(out),
        Place::Solution { begin } | Place::Instead { begin } => Err(HoleError {
            line: begin,
            problem: "this hole has no `end`",
        }),
    }
}

fn mark(line: &str) -> Option<&str> {
    line.trim().strip_prefix("// hole:").map(str::trim)
}

/// `    //| todo!()` → `    todo!()`; `    //|` → an empty line.
fn instead(line: &str) -> Option<String> {
    let text = line.trim_start();
    let indentation = &line[..line.len() - text.len()];
    let rest = text.strip_prefix("//|")?;
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    Some(if rest.trim().is_empty() {
        rest.to_owned()
    } else {
        format!("{indentation}{rest}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "fn f() -> u8 {\n    // hole: begin\n    let a = 1;\n    a + 1\n    // hole: instead\n    \
                          //| // Think of a number.\n    //|\n    //|     todo!(\"a number\")\n    // hole: end\n}\n";

    #[test]
    fn a_skeleton_has_the_instead_lines_with_their_indentation() {
        let expected =
            "fn f() -> u8 {\n    // Think of a number.\n\n        todo!(\"a number\")\n}\n";
        assert_eq!(skeleton(SOURCE).unwrap(), expected);
    }

    #[test]
    fn a_solution_is_shown_without_the_marks() {
        assert_eq!(
            solution(SOURCE).unwrap(),
            "fn f() -> u8 {\n    let a = 1;\n    a + 1\n}\n"
        );
    }

    #[test]
    fn a_source_without_holes_does_not_change() {
        let source = "//! No hole.\r\nfn main() {}";
        assert_eq!(skeleton(source).unwrap(), source);
        assert!(!has_holes(source));
    }

    #[test]
    fn an_error_in_a_hole_names_its_line() {
        let line = |source: &str| skeleton(source).unwrap_err().line;
        assert_eq!(line("a\n// hole: begin\nb\n"), 2);
        assert_eq!(line("// hole: begin\n// hole: begin\n"), 2);
        assert_eq!(line("// hole: begin\n// hole: end\n"), 2);
        assert_eq!(
            line("// hole: begin\n// hole: instead\nnot marked\n// hole: end\n"),
            3
        );
        assert_eq!(line("// hole: instead\n"), 1);
        assert_eq!(line("x\n\n// hole: finish\n"), 3);
    }
}
