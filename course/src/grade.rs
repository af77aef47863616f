//! A copy of the exercises for grading: only the files in `src/` are the reader's. The tests and the
//! manifests are the course's, so a changed test or manifest counts for nothing. Only the code itself can
//! cheat, because it runs inside its test and may print what a test prints.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use crate::catalog::{Catalog, Layout};
use crate::files::{self, FileError};
use crate::skeleton::{self, SkeletonError, Tree};
use crate::terminal;

/// Why the copy cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GradeError {
    /// We could not read or write a file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The tests and the manifests cannot be made.
    #[error(transparent)]
    Skeleton(#[from] SkeletonError),
}

/// The copy. Dropping it deletes it.
#[derive(Debug)]
pub struct Graded {
    layout: Layout,
    /// Only one course grades at a time, because all of them use the same directory.
    _lock: File,
}

impl Graded {
    /// Makes the copy. Waits while another course grades in this clone.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    pub fn new(layout: &Layout, catalog: &Catalog) -> Result<Self, GradeError> {
        let work = layout.work();
        fs::create_dir_all(&work).map_err(FileError::new("create", &work))?;
        let path = work.join("grade.lock");
        let lock = files::open_lock(&path)?;
        if let Err(TryLockError::WouldBlock) = lock.try_lock() {
            terminal::complain("waiting until another `cargo course` in this clone has graded");
            let _ = lock.lock();
        }
        // A network mount may have no locks. Two courses that grade there at once are rare.
        let dir = work.join("grade");
        // A killed course may have left files.
        if dir.exists() {
            fs::remove_dir_all(&dir).map_err(FileError::new("remove", &dir))?;
        }
        let copy = Self {
            layout: layout.with_exercises_in(&dir),
            _lock: lock,
        };
        let tree = skeleton::generate(layout, &catalog.crates)?;
        copy.write_ours(&skeleton::for_a_copy(tree, layout))?;
        for member in &catalog.crates {
            copy.write_theirs(layout, &Path::new(&member.folder).join("src"))?;
        }
        Ok(copy)
    }

    /// The clone, with the copy instead of `work/`.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Writes the tests and the manifests.
    fn write_ours(&self, tree: &Tree) -> Result<(), FileError> {
        for (path, content) in tree {
            let inside = path.components().nth(1);
            if inside.is_none_or(|part| part.as_os_str() != "src") {
                skeleton::put(&self.layout.yours().join(path), content)?;
            }
        }
        Ok(())
    }

    /// Copies the reader's files of one folder. Other kinds of files and huge files are left out.
    fn write_theirs(&self, layout: &Layout, folder: &Path) -> Result<(), FileError> {
        let from = layout.yours().join(folder);
        if !from.is_dir() {
            return Ok(());
        }
        for path in files::walk(&from, &skeleton::is_not_generated)? {
            let full = from.join(&path);
            match files::read_bytes(&full, files::LARGEST) {
                Ok(content) => {
                    skeleton::put(&self.layout.yours().join(folder).join(path), &content)?;
                }
                Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {}
                Err(error) => return Err(FileError::new("read", full)(error)),
            }
        }
        Ok(())
    }
}

impl Drop for Graded {
    fn drop(&mut self) {
        // Ignore errors. The directory is below target/, and the next grading empties it anyway.
        let _ = fs::remove_dir_all(self.layout.yours());
    }
}
