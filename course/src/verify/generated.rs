//! Checks that `exercises/` matches the solutions.

use super::report::{Found, VerifyError, count};
use crate::catalog::{Catalog, Chapter, Layout};
use crate::skeleton::{self, Difference};

/// Compares the chapter's skeletons, and the files that all chapters share, with generated ones.
pub(super) fn prove(
    layout: &Layout,
    catalog: &Catalog,
    chapter: &Chapter,
) -> Result<Found, VerifyError> {
    let tree = skeleton::generate(layout, &catalog.chapters)?;
    let ours = |difference: &Difference| {
        let path = difference.path();
        let mut others = catalog
            .chapters
            .iter()
            .filter(|other| other.dir != chapter.dir);
        !others.any(|other| path.starts_with(&other.dir))
    };
    let mut found = Found::proved(count(
        tree.keys()
            .filter(|path| path.starts_with(&chapter.dir))
            .count(),
        "file",
    ));
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
