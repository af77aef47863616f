//! Compares `exercises/` on disk with the generated files, and updates it.

use std::fs;
use std::path::{Path, PathBuf};

use super::generated::Generated;
use super::{SkeletonError, Tree, YOURS};
use crate::catalog::Layout;
use crate::files::{self, FileError};
use crate::git;

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
        match files::read_bytes(&dir.join(path), files::LARGEST) {
            Ok(content) if content == *wanted => {}
            Ok(_) => found.push(Difference::Changed(path.clone())),
            // A directory, or a link that leads nowhere, is in the file's place.
            Err(_) if is_no_file(&dir.join(path)) => {
                found.push(Difference::Changed(path.clone()));
            }
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

/// One file that a generation wrote or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regenerated {
    /// How it differed.
    pub difference: Difference,
    /// Where the reader's version is kept, if it was not an earlier generation's.
    pub kept: Option<PathBuf>,
}

/// Updates `exercises/` and tells each file that differed. A file that no earlier generation wrote
/// is kept as a copy before we replace or remove it, unless git has its content.
pub fn regenerate(
    layout: &Layout,
    tree: &Tree,
    tell: &mut dyn FnMut(Regenerated),
) -> Result<(), SkeletonError> {
    let mut generated = Generated::load(layout);
    let differences = differences(layout, tree)?;
    let names = differences.iter().map(|one| {
        let path = Path::new("exercises").join(one.path());
        (path.clone(), path)
    });
    // The record is below target/. A fresh clone does not have it.
    let committed = git::committed(layout.root(), &names.collect::<Vec<_>>());
    for difference in differences {
        let path = layout.exercises().join(difference.path());
        let ours = fs::symlink_metadata(&path).is_ok_and(|there| there.is_file())
            && (committed.contains(&Path::new("exercises").join(difference.path()))
                || files::read_bytes(&path, files::LARGEST)
                    .is_ok_and(|now| generated.knows(difference.path(), &now)));
        let kept = match tree.get(difference.path()) {
            Some(content) if ours => put(&path, content).map(|()| None)?,
            Some(content) => replace(&path, content)?,
            None if ours => {
                fs::remove_file(&path).map_err(FileError::new("remove", &path))?;
                None
            }
            None => {
                let kept = move_away(&path)?;
                if kept.is_none() {
                    // It went with the directory above it.
                    continue;
                }
                kept
            }
        };
        tell(Regenerated { difference, kept });
    }
    generated.remember(tree);
    Ok(())
}

/// Writes one generated file. Keeps whatever is in its place as a copy, and returns the copy's path.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<Option<PathBuf>, FileError> {
    let kept = move_away(path)?;
    if let Err(error) = put(path, content) {
        if let Some(kept) = kept {
            give_back(&kept, path);
        }
        return Err(error);
    }
    Ok(kept)
}

/// Moves what was set aside to its place again, unless another process has written there since.
pub(crate) fn give_back(kept: &Path, path: &Path) {
    // A link, unlike a rename, never replaces a file. If it cannot be made, the file stays aside.
    if fs::hard_link(kept, path).is_ok() {
        let _ = fs::remove_file(kept);
    } else if fs::symlink_metadata(path).is_err() {
        // A directory cannot be linked, and some file systems have no links.
        let _ = fs::rename(kept, path);
    }
}

/// Sets aside whatever is there: a file, a directory, or a link, which to write to would write elsewhere.
fn move_away(path: &Path) -> Result<Option<PathBuf>, FileError> {
    match fs::symlink_metadata(path) {
        Ok(_) => files::set_aside(path, YOURS).map(Some),
        Err(_) => Ok(None),
    }
}

/// Writes one generated file, and creates its directories.
pub(crate) fn put(path: &Path, content: &[u8]) -> Result<(), FileError> {
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir).map_err(FileError::new("create", dir))?;
    }
    files::write_atomically(path, content)
}

fn is_no_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|there| !there.is_file())
}

/// Files of cargo, files that readers and their editors create, and temporary files of other processes.
pub(crate) fn is_not_generated(relative: &Path) -> bool {
    let name = relative.file_name().unwrap_or_default().to_string_lossy();
    name == "Cargo.lock"
        || name == "target"
        || name.contains(YOURS)
        || name.ends_with('~')
        || files::is_temporary(&name)
        || (name.starts_with('.') && name != ".cargo")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_aside_is_given_back_but_replaces_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (path, kept) = (dir.path().join("a.rs"), dir.path().join("a.rs.yours-1"));
        fs::write(&kept, "mine").unwrap();
        give_back(&kept, &path);
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        assert!(!kept.exists());
        fs::write(&kept, "older").unwrap();
        give_back(&kept, &path);
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        assert_eq!(fs::read_to_string(&kept).unwrap(), "older");
    }
}
