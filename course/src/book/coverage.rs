//! Which lines of a chapter's crate stand on its page, and which do not.
//!
//! Blank lines and anchor marks need no place on a page; every other line of `src/` does, comments
//! included: a reader who types the page's code in has the whole crate.

use std::{collections::BTreeSet, fs, io, path::Path};

use super::{PageFacts, source::is_marker};

/// Neighbouring lines of one file that no page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The file, relative to the root.
    pub path: String,
    /// The first line, counted from one.
    pub first: usize,
    /// The last line.
    pub last: usize,
}

/// The gaps that `page` leaves in the crate of its chapter, in the order of files and lines.
pub fn gaps(root: &Path, page: &PageFacts) -> io::Result<Vec<Gap>> {
    let Some(chapter) = &page.chapter else { return Ok(Vec::new()) };
    let mut gaps = Vec::new();
    for path in rust_files(root, &format!("chapters/{chapter}/src"))? {
        let text = fs::read_to_string(root.join(&path))?;
        gaps.extend(gaps_in(&path, &text, &shown(page, &path)));
    }
    Ok(gaps)
}

fn rust_files(root: &Path, directory: &str) -> io::Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root.join(directory))? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = format!("{directory}/{name}");
        if entry.file_type()?.is_dir() {
            files.extend(rust_files(root, &path)?);
        } else if Path::new(&name).extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn shown(page: &PageFacts, path: &str) -> BTreeSet<usize> {
    page.sources.iter().filter(|s| s.path == path).flat_map(|s| s.first..=s.last).collect()
}

fn gaps_in(path: &str, text: &str, shown: &BTreeSet<usize>) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if line.trim().is_empty() || is_marker(line) {
            continue; // neither opens a gap nor closes one
        }
        match gaps.last_mut() {
            _ if shown.contains(&number) => open = false,
            Some(gap) if open => gap.last = number,
            _ => {
                gaps.push(Gap { path: path.into(), first: number, last: number });
                open = true;
            }
        }
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_no_page_shows_are_gaps_and_blank_lines_and_marks_are_not() {
        let text = "one\n\n// ANCHOR: a\ntwo\nthree\n// ANCHOR_END: a\n\nfour\n\nfive\n";
        let shown = BTreeSet::from([4, 5]);
        let gap = |first, last| Gap { path: "f.rs".into(), first, last };
        assert_eq!(gaps_in("f.rs", text, &shown), [gap(1, 1), gap(8, 10)]);
        assert_eq!(gaps_in("f.rs", text, &BTreeSet::from([1, 4, 5, 8, 10])), []);
    }
}
