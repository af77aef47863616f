//! The catalog: what the tool knows of the exercises.

mod common;

use common::Course;
use course::catalog::Catalog;

fn ids(course: &Course) -> Vec<String> {
    let catalog = course.catalog();
    catalog.exercises().map(|e| e.id.clone()).collect()
}

#[test]
fn exercises_have_the_order_of_their_page() {
    let course = Course::new();
    assert_eq!(ids(&course), ["fix/double", "fix/count"], "of their file");
    let page = "# Fix\n\n{{#exercise fix/count}}\n\n{{#exercise fix/double}}\n";
    course.write("book/src/02-fix.md", page);
    assert_eq!(ids(&course), ["fix/count", "fix/double"]);
}

#[test]
fn chapters_have_the_order_of_the_books_pages() {
    let course = Course::new();
    for (path, name) in [("chapters", "early"), ("solutions", "early-solutions")] {
        let manifest = format!("[package]\nname = \"{name}\"\n");
        course.write(&format!("{path}/02-early/Cargo.toml"), &manifest);
    }
    let summary = "# Summary\n\n# I. Begin\n\n- [Fix](02-fix.md)\n- [Early](02-early.md)\n";
    course.write("book/src/SUMMARY.md", summary);
    let catalog = course.catalog();
    let names: Vec<_> = catalog.chapters.iter().map(|one| &*one.dir).collect();
    assert_eq!(names, ["02-fix", "02-early"], "not alphabetical");
}

#[test]
fn exercises_that_their_page_does_not_show_come_last() {
    let course = Course::new();
    course.write("book/src/02-fix.md", "# Fix\n\n{{#exercise fix/count}}\n");
    assert_eq!(ids(&course), ["fix/count", "fix/double"]);
}

#[test]
fn former_names_that_could_take_other_files_are_refused() {
    let file = "solutions/02-fix/exercises.toml";
    for (line, problem) in [
        (
            "formerly_at = [\".pristine\"]",
            "which is not of the form `chapter/src/file.rs`",
        ),
        (
            "formerly_at = [\"02-fix/Cargo.toml\"]",
            "which is not of the form `chapter/src/file.rs`",
        ),
        (
            "formerly = [\"fix/old\"]",
            "`formerly` names \"fix/old\", as another exercise does",
        ),
    ] {
        let course = Course::new();
        let text = course.read(file);
        // Both exercises say so.
        course.write(
            file,
            &text.replace("minutes = 5\n", &format!("minutes = 5\n{line}\n")),
        );
        let error = Catalog::load(&course.layout).unwrap_err();
        let said = error.to_string() + &format!("{error:?}").replace("\\\"", "\"");
        assert!(said.contains(problem), "{said}");
    }
}
