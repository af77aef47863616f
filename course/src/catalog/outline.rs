//! The parts of the book, as `book/src/SUMMARY.md` lists them.

use std::fs;

use super::{Chapter, Layout};

/// A page whose name starts like this ends a part, or the whole book.
const FINISHED: &str = "finished";

/// The parts of the book.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// The parts that have pages, in the book's order.
    pub parts: Vec<Part>,
    /// The page at the end of the whole book: `finished`.
    pub finished: Option<String>,
}

/// A part of the book.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Its title: `II. A runtime`.
    pub title: String,
    /// Its pages in their order: the name without `.md`, and the title.
    pub pages: Vec<(String, String)>,
    /// The page at its end: `finished-2`.
    pub finished: Option<String>,
}

impl Outline {
    /// Reads the list of pages. Without one, there are no parts.
    pub(super) fn read(layout: &Layout) -> Self {
        let path = layout.book().join("src").join("SUMMARY.md");
        Self::parse(&fs::read_to_string(path).unwrap_or_default())
    }

    fn parse(summary: &str) -> Self {
        let mut outline = Self::default();
        let mut part: Option<Part> = None;
        // The first heading is the title of the list itself.
        for line in summary.lines().skip_while(|line| line.is_empty()).skip(1) {
            if let Some(title) = line.strip_prefix("# ") {
                outline.parts.extend(part.take());
                part = Some(Part {
                    title: title.trim().to_owned(),
                    ..Part::default()
                });
            } else if line.starts_with("---") {
                outline.parts.extend(part.take());
            } else if let Some((name, title)) = link(line) {
                let ends = name.starts_with(FINISHED);
                match &mut part {
                    Some(part) if ends => part.finished = Some(name),
                    Some(part) => part.pages.push((name, title)),
                    None if ends => outline.finished = Some(name),
                    None => {}
                }
            }
        }
        outline.parts.extend(part);
        outline.parts.retain(|part| !part.pages.is_empty());
        outline
    }

    /// The part of a chapter.
    pub fn part_of(&self, chapter: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.has(chapter))
    }

    /// The part that this page ends.
    pub fn part_finished_by(&self, page: &str) -> Option<&Part> {
        let ends = |part: &&Part| part.finished.as_deref() == Some(page);
        self.parts.iter().find(ends)
    }

    /// The position of a chapter's page among all pages.
    pub fn position(&self, chapter: &str) -> Option<usize> {
        let mut pages = self.parts.iter().flat_map(|part| &part.pages);
        pages.position(|(name, _)| name == chapter)
    }

    /// The title of a chapter's page. Without a page, the name of the chapter's directory.
    pub fn title_of<'a>(&'a self, chapter: &'a Chapter) -> &'a str {
        let mut pages = self.parts.iter().flat_map(|part| &part.pages);
        let found = pages.find(|(name, _)| *name == chapter.dir);
        found.map_or(&chapter.dir, |(_, title)| title)
    }
}

impl Part {
    /// Whether the chapter belongs to this part.
    pub fn has(&self, chapter: &str) -> bool {
        self.pages.iter().any(|(name, _)| name == chapter)
    }
}

/// The page that a line links to: its name without `.md`, and its title. A planned page has no name.
fn link(line: &str) -> Option<(String, String)> {
    let (_, rest) = line.split_once('[')?;
    let (title, rest) = rest.split_once("](")?;
    let name = rest.trim_end().strip_suffix(".md)")?;
    Some((name.to_owned(), title.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUMMARY: &str = "# Summary\n\n[Hello](hello.md)\n\n# I. Begin\n\n- [Map](map.md)\n- [01 One](01-one.md)\n\
                           - [Done](finished-1.md)\n\n# II. Later\n\n- [02 Two]()\n\n# III. Now\n\n- [03 Three](03-three.md)\n\n\
                           ---\n\n[Words](words.md)\n[The end](finished.md)\n";

    #[test]
    fn a_part_has_its_pages_and_the_page_at_its_end() {
        let outline = Outline::parse(SUMMARY);
        let titles: Vec<_> = outline.parts.iter().map(|part| &*part.title).collect();
        assert_eq!(
            titles,
            ["I. Begin", "III. Now"],
            "planned parts do not count"
        );
        assert_eq!(outline.finished.as_deref(), Some("finished"));
        let begin = outline.part_of("01-one").unwrap();
        assert_eq!(begin.pages[1], ("01-one".to_owned(), "01 One".to_owned()));
        assert_eq!(outline.part_finished_by("finished-1"), Some(begin));
        assert_eq!(outline.part_of("words"), None);
        assert_eq!(outline.parts[1].finished, None);
    }
}
