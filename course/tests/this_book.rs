//! The book of this repository: it builds, it can be printed, and its chapters are as readers need them.

use std::{collections::BTreeMap, fs, path::Path};

use course::book;
use course::catalog::{Catalog, Layout};

#[test]
fn the_book_of_this_repository_builds() {
    let out = tempfile::tempdir().expect("a temporary directory");
    if let Err(error) = book::build(&clone(), out.path()) {
        panic!("{error}");
    }
    let whole =
        fs::read_to_string(out.path().join("print.html")).expect("a page to print the book");
    for part in ["A function that can stop in the middle", "Your progress"] {
        assert!(whole.contains(part), "not in the book: {part}");
    }
    assert!(!whole.contains("course.js"), "on paper nothing is live");
}

/// Readers who practise only at the end of a chapter have forgotten its beginning by then.
#[test]
fn each_chapter_has_an_exercise_before_its_last_sections() {
    let clone = clone();
    let catalog = Catalog::load(&clone).expect("the exercises can be read");
    let mut early = BTreeMap::new();
    for chapter in &catalog.chapters {
        let path = clone.book().join("src").join(format!("{}.md", chapter.dir));
        let text = fs::read_to_string(&path).expect("a chapter has a page");
        let end = text.lines().position(|line| {
            ["## Exercises", "## Invariants", "## In real runtimes"].contains(&line)
        });
        let end = end.expect("a page has closing sections");
        let facts = book::facts(&clone, &path).expect("the page has no errors");
        let found = facts.exercises.iter().any(|(_, line)| *line <= end);
        // Some chapters have several pages: `07-executor`, `07-one-allocation`.
        let number = chapter.dir.split('-').next().unwrap_or_default().to_owned();
        *early.entry(number).or_insert(false) |= found;
    }
    assert!(early.len() > 10, "{early:?}");
    let late: Vec<_> = early.iter().filter(|(_, early)| !**early).collect();
    assert!(
        late.is_empty(),
        "chapters with exercises only at their end: {late:?}"
    );
}

fn clone() -> Layout {
    Layout::find(Path::new(env!("CARGO_MANIFEST_DIR")))
        .expect("the tests run inside the repository")
}
