//! Cuts a page into prose, directives and fences, each with its first line.
//!
//! A directive must stand alone on its line. The inline ones (`{{#test …}}`, `{{#term …}}`) stay in
//! the prose for [`super::inline`]. A fence contains no directives, so a page can show how to write
//! one.

/// A run of lines of one kind.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Lines of Markdown, with their line ends.
    Prose { line: usize, text: &'a str },
    /// `{{#name arguments}}`, alone on its line.
    Directive {
        line: usize,
        name: &'a str,
        arguments: &'a str,
    },
    /// A fenced block. `whole` is the block as written, with its fences.
    Fence {
        line: usize,
        info: &'a str,
        body: &'a str,
        whole: &'a str,
    },
}

/// The directives that stay in the prose, even if they are alone on a line.
const INLINE: [&str; 2] = ["test", "term"];
/// mdBook's own directives. Its preprocessor expands them.
const STOCK: [&str; 5] = [
    "include",
    "rustdoc_include",
    "playground",
    "title",
    "playpen",
];

/// Cuts `text` into pieces. Lines count from one.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut prose: Option<(usize, usize)> = None; // line, byte offset
    let mut lines = Lines {
        text,
        at: 0,
        line: 0,
    };
    while let Some((line, start, end)) = lines.next() {
        let content = text[start..end].trim_end();
        let special = match opening_fence(content) {
            Some(fence) => Some(read_fence(&mut lines, &fence, line, start, end)),
            None => directive(content).map(|(name, arguments)| Piece::Directive {
                line,
                name,
                arguments,
            }),
        };
        match special {
            Some(piece) => {
                if let Some((line, from)) = prose.take() {
                    pieces.push(Piece::Prose {
                        line,
                        text: &text[from..start],
                    });
                }
                pieces.push(piece);
            }
            None => {
                prose.get_or_insert((line, start));
            }
        }
    }
    if let Some((line, from)) = prose {
        pieces.push(Piece::Prose {
            line,
            text: &text[from..],
        });
    }
    pieces
}

/// The lines of a page with their offsets, so that pieces can borrow from the page.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The number, the start and the end of the next line. The end includes the line end.
    fn next(&mut self) -> Option<(usize, usize, usize)> {
        if self.at == self.text.len() {
            return None;
        }
        let start = self.at;
        let end = self.text[start..]
            .find('\n')
            .map_or(self.text.len(), |n| start + n + 1);
        self.at = end;
        self.line += 1;
        Some((self.line, start, end))
    }
}

struct Fence<'a> {
    mark: &'a str,
    info: &'a str,
}

fn opening_fence(content: &str) -> Option<Fence<'_>> {
    let trimmed = content.trim_start();
    let first = trimmed.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = trimmed.chars().take_while(|c| *c == first).count();
    let (mark, info) = trimmed.split_at(length);
    // A line with a backtick in its info string is inline code.
    (length >= 3 && !(first == '`' && info.contains('`'))).then_some(Fence {
        mark,
        info: info.trim(),
    })
}

fn read_fence<'a>(
    lines: &mut Lines<'a>,
    fence: &Fence<'a>,
    line: usize,
    start: usize,
    body_start: usize,
) -> Piece<'a> {
    let text = lines.text;
    let (mut body_end, mut whole_end) = (text.len(), text.len());
    while let Some((_, from, to)) = lines.next() {
        let closing = text[from..to].trim();
        if closing.len() >= fence.mark.len()
            && closing.bytes().all(|b| b == fence.mark.as_bytes()[0])
        {
            (body_end, whole_end) = (from, to);
            break;
        }
    }
    Piece::Fence {
        line,
        info: fence.info,
        body: &text[body_start..body_end],
        whole: &text[start..whole_end],
    }
}

fn directive(content: &str) -> Option<(&str, &str)> {
    let inside = content
        .trim_start()
        .strip_prefix("{{#")?
        .strip_suffix("}}")?;
    if inside.contains("{{") {
        return None; // Two directives on one line are prose.
    }
    let (name, arguments) = inside
        .split_once(char::is_whitespace)
        .unwrap_or((inside, ""));
    (!INLINE.contains(&name) && !STOCK.contains(&name)).then_some((name, arguments.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_cut_at_directives_and_fences_and_keeps_every_line() {
        let page =
            "one\n\n{{#source a.rs:b}}\ntwo {{#term x}}\n```rust,run\n{{#source no}}\n```\nend";
        assert_eq!(
            pieces(page),
            [
                Piece::Prose {
                    line: 1,
                    text: "one\n\n"
                },
                Piece::Directive {
                    line: 3,
                    name: "source",
                    arguments: "a.rs:b"
                },
                Piece::Prose {
                    line: 4,
                    text: "two {{#term x}}\n"
                },
                Piece::Fence {
                    line: 5,
                    info: "rust,run",
                    body: "{{#source no}}\n",
                    whole: "```rust,run\n{{#source no}}\n```\n"
                },
                Piece::Prose {
                    line: 8,
                    text: "end"
                },
            ]
        );
    }

    #[test]
    fn a_long_fence_can_contain_a_shorter_one() {
        let page = "````md\n```rust\n```\n````\n";
        let [Piece::Fence { body, .. }] = pieces(page)[..] else {
            panic!("one fence")
        };
        assert_eq!(body, "```rust\n```\n");
    }

    #[test]
    fn an_inline_directive_alone_on_its_line_is_prose() {
        assert!(matches!(
            pieces("{{#term waker}}\n")[..],
            [Piece::Prose { .. }]
        ));
    }

    #[test]
    fn directives_of_mdbook_are_left_to_mdbook() {
        assert!(matches!(
            pieces("{{#include x.md}}\n")[..],
            [Piece::Prose { .. }]
        ));
    }
}
