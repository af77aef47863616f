//! `exercises/` on disk compared with what it should hold, and brought to it.

use std::fs;
use std::path::{Path, PathBuf};

use super::{SkeletonError, Tree, YOURS};
use crate::catalog::Layout;
use crate::files::{self, FileError};

/// One file of `exercises/` that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// It is not there.
    Missing(PathBuf),
    /// It says something else.
    Changed(PathBuf),
    /// No solution has it any more.
    Stale(PathBuf),
}

impl Difference {
    /// The file, from `exercises/`.
    pub fn path(&self) -> &Path {
        match self {
            Self::Missing(path) | Self::Changed(path) | Self::Stale(path) => path,
        }
    }
}

/// What differs between `exercises/` and the tree.
pub fn differences(layout: &Layout, tree: &Tree) -> Result<Vec<Difference>, SkeletonError> {
    let dir = layout.exercises();
    let mut found = Vec::new();
    for (path, wanted) in tree {
        match fs::read(dir.join(path)) {
            Ok(content) if content == *wanted => {}
            Ok(_) => found.push(Difference::Changed(path.clone())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                found.push(Difference::Missing(path.clone()));
            }
            Err(source) => {
                return Err(FileError {
                    action: "read",
                    path: dir.join(path),
                    source,
                }
                .into());
            }
        }
    }
    if dir.is_dir() {
        let stale = files::walk(&dir, &is_not_generated)?
            .into_iter()
            .filter(|path| !tree.contains_key(path));
        found.extend(stale.map(Difference::Stale));
    }
    Ok(found)
}

/// Brings `exercises/` to what it should hold; returns what was different.
/// What `keep` says is somebody's work is set aside before it is replaced.
pub fn regenerate(
    layout: &Layout,
    tree: &Tree,
    keep: &dyn Fn(&Path) -> bool,
) -> Result<Vec<Difference>, SkeletonError> {
    let different = differences(layout, tree)?;
    for difference in &different {
        let path = layout.exercises().join(difference.path());
        if !matches!(difference, Difference::Missing(_)) && keep(difference.path()) {
            files::set_aside(&path, YOURS)?;
        }
        match tree.get(difference.path()) {
            Some(content) => put(&path, content)?,
            None if path.exists() => {
                fs::remove_file(&path).map_err(FileError::new("remove", &path))?;
            }
            None => {}
        }
    }
    Ok(different)
}

/// Writes one generated file, and the directories above it.
pub(crate) fn put(path: &Path, content: &[u8]) -> Result<(), FileError> {
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir).map_err(FileError::new("create", dir))?;
    }
    files::write_atomically(path, content)
}

/// Cargo's files, and what readers and their editors leave.
pub(crate) fn is_not_generated(relative: &Path) -> bool {
    let name = relative.file_name().unwrap_or_default().to_string_lossy();
    name == "Cargo.lock"
        || name == "target"
        || name.contains(YOURS)
        || name.ends_with('~')
        || (name.starts_with('.') && name != ".cargo")
}
