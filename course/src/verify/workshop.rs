//! Where the verifier builds: copies of the skeletons and of the solutions under
//! `target/course/verify/`, so that neither a reader's work nor a maintainer's
//! editor is in the way, and a patch is never applied to what is under version control.
//!
//! Both keep what they built from run to run. Files are written only where they
//! differ: cargo rebuilds what was touched.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::VerifyError;
use crate::catalog::{Catalog, Exercise, Layout};
use crate::files::{self, FileError};
use crate::runner::{RunError, cargo};
use crate::skeleton::{self, Tree};

/// How long one build may take.
const BUILD: Duration = Duration::from_mins(10);

/// The verifier's directories.
pub(super) struct Workshop {
    dir: PathBuf,
}

impl Workshop {
    /// Makes the copies, or brings those of the last run up to date.
    pub fn set_up(layout: &Layout, catalog: &Catalog) -> Result<Self, VerifyError> {
        let workshop = Self {
            dir: layout.work().join("verify"),
        };
        let mut tree = skeleton::generate(layout, &catalog.crates)?;
        // The copies have no use for what makes `exercises/` convenient to readers.
        tree.retain(|path, _| !path.components().any(|part| part.as_os_str() == ".cargo"));
        let root = layout.root().display().to_string().replace('\\', "/");
        for (path, content) in &mut tree {
            if path.ends_with("Cargo.toml") {
                let depth = path.components().count();
                *content = rooted(&String::from_utf8_lossy(content), depth, &root).into_bytes();
            }
        }
        fill(&workshop.skeletons(), &tree, layout)?;
        for (path, content) in &mut tree {
            let solution = layout.solutions().join(path);
            if !path.ends_with("Cargo.toml") {
                *content = fs::read(&solution).map_err(FileError::new("read", &solution))?;
            }
        }
        fill(&workshop.solutions(), &tree, layout)?;
        Ok(workshop)
    }

    /// The skeletons as generated, whatever the reader made of theirs.
    pub fn skeletons(&self) -> PathBuf {
        self.dir.join("skeletons")
    }

    /// The solutions, as packages of the same names as the skeletons.
    pub fn solutions(&self) -> PathBuf {
        self.dir.join("solutions")
    }

    /// Where the book is built.
    pub fn book(&self) -> PathBuf {
        self.dir.join("book")
    }

    /// Builds one exercise's test in a copy.
    pub async fn build(
        &self,
        workspace: &Path,
        exercise: &Exercise,
    ) -> Result<cargo::Report, RunError> {
        let args = cargo::test_args(exercise);
        cargo::run(&cargo::Call {
            args: &args.iter().map(String::as_str).collect::<Vec<_>>(),
            dir: workspace,
            // One for each copy: cargo names what it builds by the path from the workspace's
            // root, so in a common one a skeleton would pass for its solution.
            target: &workspace.join("target"),
            env: &[],
            time: BUILD,
        })
        .await
    }
}

/// A generated manifest with its relative paths made absolute: the copies lie deeper than the originals.
fn rooted(manifest: &str, depth: usize, root: &str) -> String {
    let up = format!("\"{}", "../".repeat(depth));
    manifest.replace(&up, &format!("\"{root}/"))
}

fn fill(dir: &Path, tree: &Tree, layout: &Layout) -> Result<(), FileError> {
    for (path, content) in tree {
        let path = dir.join(path);
        if fs::read(&path).is_ok_and(|now| now == *content) {
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(FileError::new("create", parent))?;
        }
        fs::write(&path, content).map_err(FileError::new("write", &path))?;
    }
    for stale in files::walk(dir, &|path| {
        path.ends_with("Cargo.lock") || path.ends_with("target")
    })? {
        if !tree.contains_key(&stale) {
            let path = dir.join(stale);
            fs::remove_file(&path).map_err(FileError::new("remove", &path))?;
        }
    }
    // The versions that the root has chosen. Without it cargo chooses, online.
    let _ = fs::copy(layout.root().join("Cargo.lock"), dir.join("Cargo.lock"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::rooted;

    #[test]
    fn relative_paths_of_manifests_lead_to_the_root() {
        let package = "fix = { path = \"../../chapters/02-fix\" }";
        assert_eq!(
            rooted(package, 2, "/r"),
            "fix = { path = \"/r/chapters/02-fix\" }"
        );
        assert_eq!(
            rooted("w = { path = \"../runtime\" }", 1, "/r"),
            "w = { path = \"/r/runtime\" }"
        );
    }
}
