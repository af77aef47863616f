//! Compares `exercises/` on disk with the generated files, and updates it.

use std::fs;
use std::path::{Path, PathBuf};

use super::{SkeletonError, Tree, YOURS};
use crate::catalog::Layout;
use crate::files::{self, FileError};

/// A file of `exercises/` that differs from the generated one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The file is missing.
    Missing(PathBuf),
    /// The file has other content.
    Changed(PathBuf),
    /// No solution contains the file any more.
    Stale(PathBuf),
}

impl Difference {
    /// The path of the file in `exercises/`.
    pub fn path(&self) -> &Path {
        match self {
            Self::Missing(path) | Self::Changed(path) | Self::Stale(path) => path,
        }
    }
}

/// The differences between `exercises/` and the tree.
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

/// Updates `exercises/` and returns the differences. If `keep` accepts a path, its file contains
/// the reader's work, so we keep a copy before we replace it.
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

/// Writes one generated file, and creates its directories.
pub(super) fn put(path: &Path, content: &[u8]) -> Result<(), FileError> {
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir).map_err(FileError::new("create", dir))?;
    }
    files::write_atomically(path, content)
}

/// Files of cargo, and files that readers and their editors create.
fn is_not_generated(relative: &Path) -> bool {
    let name = relative.file_name().unwrap_or_default().to_string_lossy();
    name == "Cargo.lock"
        || name == "target"
        || name.contains(YOURS)
        || name.ends_with('~')
        || (name.starts_with('.') && name != ".cargo")
}
