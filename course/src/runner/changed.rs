//! Files of the course that the reader changed or removed: tests, manifests, and sources that belong to no
//! exercise. A verdict that depends on them may be wrong, and so may the compiler's advice.

use std::path::{Path, PathBuf};

use super::{Outcome, Verdict, manifest};
use crate::catalog::{Catalog, Exercise, Layout};
use crate::skeleton;

/// These files, as full paths.
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// The exercise's tests and the manifests.
    tests: Vec<PathBuf>,
    /// Sources that lack a line of the course's, or that the reader added an error to.
    sources: Vec<PathBuf>,
}

impl Changed {
    /// Compares the files. `has_error` says whether the compiler found an error in a file. If the course
    /// itself cannot be read, the files count as they are.
    pub fn find(layout: &Layout, exercise: &Exercise, has_error: impl Fn(&Path) -> bool) -> Self {
        // The copy for grading has the course's own tests and manifests.
        if layout.is_a_copy() {
            return Self::default();
        }
        let Ok(catalog) = Catalog::load(layout) else {
            return Self::default();
        };
        let Ok(tree) = skeleton::generate(layout, &catalog.crates) else {
            return Self::default();
        };
        Self {
            tests: skeleton::changed_tests(layout, &catalog, &tree, exercise),
            sources: skeleton::damaged_sources(layout, &catalog, &tree, exercise, has_error),
        }
    }

    /// Whether the compiler may report errors in files that are correct.
    pub fn misleads(&self) -> bool {
        !self.sources.is_empty() || self.tests.iter().any(|path| is_manifest(path))
    }

    /// Whether this file is one of them.
    pub fn has(&self, file: &Path) -> bool {
        self.tests.iter().any(|path| path == file)
    }

    /// Adds them to the verdict, with the commands that restore them.
    pub fn tell(&self, layout: &Layout, verdict: &mut Verdict) {
        let passed = verdict.outcome == Outcome::Passed;
        let sources = self.sources.iter().filter(|_| !passed);
        let files: Vec<&PathBuf> = self.tests.iter().chain(sources).collect();
        let known = verdict
            .advice
            .take()
            .filter(|_| !files.is_empty() || !passed);
        let is_named = |path: &Path| {
            let file = layout.show(path);
            known.as_ref().is_some_and(|known| known.contains(&file))
        };
        let told = files.iter().filter(|path| !is_named(path));
        let told = told.map(|path| {
            let counts = if passed {
                ", so this does not count as solved"
            } else {
                ""
            };
            format!(
                "{} is not the course's own file{counts}. {}, and keeps yours as a copy",
                layout.show(path),
                manifest::restore(layout, path)
            )
        });
        let all: Vec<String> = told.chain(known.clone()).collect();
        verdict.advice = (!all.is_empty()).then(|| all.join(". "));
        verdict.changed = files.iter().map(|path| layout.show(path)).collect();
    }
}

fn is_manifest(path: &Path) -> bool {
    path.ends_with("Cargo.toml")
}
