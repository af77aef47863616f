//! The build directories of the verifier: copies of the skeletons and of the solutions under
//! `target/course/verify/`. So the verifier never touches the reader's files, and never applies a
//! patch to files under version control.
//!
//! Both copies build into one directory, and keep their builds from run to run. We write only files
//! that differ, because cargo rebuilds after every write.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::{Table, Value};

use super::VerifyError;
use crate::catalog::{Catalog, Exercise, Layout, manifest};
use crate::files::{self, FileError};
use crate::runner::{RunError, cargo};
use crate::skeleton::{self, Tree};

/// The time limit of one build.
const BUILD: Duration = Duration::from_mins(10);

/// The directories of the verifier.
pub(super) struct Workshop {
    dir: PathBuf,
}

impl Workshop {
    /// Creates the copies, or updates those of the last run.
    pub fn set_up(layout: &Layout, catalog: &Catalog) -> Result<Self, VerifyError> {
        let workshop = Self {
            dir: layout.work().join("verify"),
        };
        let tree = skeleton::generate(layout, &catalog.crates)?;
        let mut tree = skeleton::for_a_copy(tree, layout);
        fill(&workshop.skeletons(), &tree, layout)?;
        for (path, content) in &mut tree {
            if path.ends_with("Cargo.toml") {
                let manifest = manifest(&workshop.skeletons().join(path))?;
                *content = with_another_version(manifest).to_string().into_bytes();
            } else {
                let solution = layout.solutions().join(path);
                *content = fs::read(&solution).map_err(FileError::new("read", &solution))?;
            }
        }
        fill(&workshop.solutions(), &tree, layout)?;
        Ok(workshop)
    }

    /// The generated skeletons, without any changes of the reader.
    pub fn skeletons(&self) -> PathBuf {
        self.dir.join("skeletons")
    }

    /// The solutions, as packages with the names of the skeletons.
    pub fn solutions(&self) -> PathBuf {
        self.dir.join("solutions")
    }

    /// Where we build the published book.
    pub fn published(&self) -> PathBuf {
        self.dir.join("published")
    }

    /// Where we build the book.
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
            target: &self.dir.join("target"),
            env: &[],
            time: BUILD,
        })
        .await
    }
}

/// Makes the manifest of a solution from that of its skeleton. Cargo names what it builds by a package's name, its version
/// and its path from the workspace's root. The version tells a skeleton from its solution.
fn with_another_version(mut manifest: Table) -> Table {
    let workspace = manifest.get_mut("workspace").and_then(Value::as_table_mut);
    let workspace = workspace.and_then(|workspace| workspace.get_mut("package"));
    change_version(workspace);
    change_version(manifest.get_mut("package"));
    manifest
}

/// Leaves the version of a package that takes it from its workspace.
fn change_version(package: Option<&mut Value>) {
    let package = package.and_then(Value::as_table_mut);
    let Some(package) =
        package.filter(|package| !package.get("version").is_some_and(Value::is_table))
    else {
        return;
    };
    package.insert("version".into(), "0.0.1".into());
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
    // Use the versions that the root chose. Without a lock file, cargo would ask the registry.
    let _ = fs::copy(layout.root().join("Cargo.lock"), dir.join("Cargo.lock"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_solution_has_another_version_than_its_skeleton() {
        let changed = |manifest: &str| with_another_version(toml::from_str(manifest).unwrap());
        let workspace = changed("[workspace.package]\nversion = \"0.1.0\"\n");
        assert_eq!(
            workspace["workspace"]["package"]["version"].as_str(),
            Some("0.0.1")
        );
        let own = changed("[package]\nversion = \"0.1.0\"\n[dependencies.a]\nversion = \"1\"\n");
        assert_eq!(own["package"]["version"].as_str(), Some("0.0.1"));
        assert_eq!(own["dependencies"]["a"]["version"].as_str(), Some("1"));
        let inherited = "[package.version]\nworkspace = true\n";
        assert_eq!(changed(inherited), toml::from_str(inherited).unwrap());
    }
}
