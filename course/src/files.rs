//! Small file helpers that every room needs: reading with an error that names
//! the file, writing so that a crash leaves the old or the new text and never half of it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}", path.display())]
pub struct FileError {
    /// `read`, `write`, `rename` …
    pub action: &'static str,
    /// Which file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl FileError {
    /// For `map_err`: names what was tried on which file.
    pub fn new(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self {
            action,
            path,
            source,
        }
    }
}

/// The text of a file.
pub fn read(path: &Path) -> Result<String, FileError> {
    fs::read_to_string(path).map_err(FileError::new("read", path))
}

/// Replaces a file's content: readers see the old one or the new, never a part. A link is
/// replaced, not followed.
pub fn write_atomically(path: &Path, content: &[u8]) -> Result<(), FileError> {
    // The process id keeps two courses from writing to one temporary file.
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let write = || -> io::Result<()> {
        let mut file = fs::File::create(&temporary)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().map_err(|source| {
        // Best effort: the error that matters is the first.
        let _ = fs::remove_file(&temporary);
        FileError {
            action: "write",
            path: path.to_owned(),
            source,
        }
    })
}

/// Whether [`write_atomically`] gives its temporary files such a name.
pub fn is_temporary(name: &str) -> bool {
    let number = name
        .strip_suffix(".tmp")
        .and_then(|name| name.rsplit_once('.'));
    number.is_some_and(|(_, number)| number.parse::<u32>().is_ok())
}

/// Moves `path` to the first free `path<suffix>N` and says where that is.
/// Never replaces a file, also when two processes do it at once.
pub fn set_aside(path: &Path, suffix: &str) -> Result<PathBuf, FileError> {
    for n in 1u32.. {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!("{suffix}{n}"));
        let kept = path.with_file_name(name);
        // The empty file is the claim; the rename then replaces only that. A directory can only
        // take the place of a directory.
        let is_dir = fs::symlink_metadata(path).is_ok_and(|there| there.is_dir());
        let claimed = if is_dir {
            fs::create_dir(&kept)
        } else {
            fs::File::create_new(&kept).map(drop)
        };
        match claimed {
            Ok(()) => {
                return match fs::rename(path, &kept) {
                    Ok(()) => Ok(kept),
                    Err(source) => {
                        let _ = if is_dir {
                            fs::remove_dir(&kept)
                        } else {
                            fs::remove_file(&kept)
                        };
                        Err(FileError {
                            action: "set aside",
                            path: path.to_owned(),
                            source,
                        })
                    }
                };
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => {
                return Err(FileError {
                    action: "create",
                    path: kept,
                    source,
                });
            }
        }
    }
    unreachable!("there are more numbers than files")
}

/// All files under `dir`, sorted, as paths relative to it. What `skip` names is left out with all below it.
pub fn walk(dir: &Path, skip: &dyn Fn(&Path) -> bool) -> Result<Vec<PathBuf>, FileError> {
    let mut found = Vec::new();
    let mut waiting = vec![PathBuf::new()];
    while let Some(relative) = waiting.pop() {
        let here = dir.join(&relative);
        for entry in fs::read_dir(&here).map_err(FileError::new("read", &here))? {
            let entry = entry.map_err(FileError::new("read", &here))?;
            let path = relative.join(entry.file_name());
            if skip(&path) {
                continue;
            }
            let kind = entry
                .file_type()
                .map_err(FileError::new("read", entry.path()))?;
            if kind.is_dir() {
                waiting.push(path);
            } else if kind.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
