//! Checks that `exercises/` matches the solutions.

use std::path::PathBuf;

use super::report::{Found, VerifyError, count};
use crate::catalog::{Catalog, Chapter, Layout};
use crate::skeleton::{self, Difference};

/// Compares the chapter's skeletons, and the files that all chapters share, with generated ones.
pub(super) fn prove(
    layout: &Layout,
    catalog: &Catalog,
    chapter: &Chapter,
) -> Result<Found, VerifyError> {
    let tree = skeleton::generate(layout, &catalog.crates)?;
    // A chapter with a module of the reader's runtime answers for that package too.
    let has = |folder: &str| {
        let mut exercises = chapter.exercises.iter();
        folder == chapter.dir || exercises.any(|exercise| exercise.folder == folder)
    };
    let ours = |difference: &Difference| {
        let path = difference.path();
        let mut others = catalog.crates.iter().filter(|other| !has(&other.folder));
        !others.any(|other| path.starts_with(&other.folder))
    };
    let belongs = |path: &&PathBuf| {
        let first = path.components().next();
        first.is_some_and(|first| has(&first.as_os_str().to_string_lossy()))
    };
    let mut found = Found::proved(count(tree.keys().filter(belongs).count(), "file"));
    for difference in skeleton::differences(layout, &tree)?
        .into_iter()
        .filter(ours)
    {
        let path = layout.show(&layout.exercises().join(difference.path()));
        let what = match difference {
            Difference::Missing(_) => "is missing",
            Difference::Changed(_) => "does not match the solution",
            Difference::Stale(_) => "belongs to no solution",
        };
        found.add(
            format!("{path} {what}"),
            "run `cargo course gen` to write the skeletons. Edit solutions/, not exercises/",
        );
    }
    Ok(found)
}
