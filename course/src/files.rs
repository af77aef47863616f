//! Small helpers for files. Reading returns an error that names the file. Writing leaves the old
//! text or the new text after a crash, and never a mixture.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// We could not read or write a file.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}", path.display())]
pub struct FileError {
    /// What we tried: `read`, `write`, `rename` …
    pub action: &'static str,
    /// The file.
    pub path: PathBuf,
    /// The system's error.
    pub source: io::Error,
}

impl FileError {
    /// For `map_err`: adds the action and the file to the system's error.
    pub fn new(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self {
            action,
            path,
            source,
        }
    }
}

/// Reads a file as text.
pub fn read(path: &Path) -> Result<String, FileError> {
    fs::read_to_string(path).map_err(FileError::new("read", path))
}

/// Replaces the content of a file. Readers see the old content or the new one, never a part. A link
/// is replaced, not followed.
pub fn write_atomically(path: &Path, content: &[u8]) -> Result<(), FileError> {
    // The process id in the name keeps two courses from writing to the same temporary file.
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
        // Ignore this error, because the first one matters more.
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

/// Moves `path` to the first free name `path<suffix>N`, and returns that name. Never replaces a
/// file, even if two processes do this at once.
pub fn set_aside(path: &Path, suffix: &str) -> Result<PathBuf, FileError> {
    for n in 1u32.. {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!("{suffix}{n}"));
        let kept = path.with_file_name(name);
        // We create an empty file to reserve the name, and the rename replaces only that one. To
        // move a directory, we reserve the name with a directory.
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

/// Writes a copy of a file's content to the first free `path<suffix>N` and says where that is.
/// The file itself stays.
pub fn keep_copy(path: &Path, content: &[u8], suffix: &str) -> Result<PathBuf, FileError> {
    for n in 1u32.. {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!("{suffix}{n}"));
        let kept = path.with_file_name(name);
        let mut file = match fs::File::create_new(&kept) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(FileError::new("create", kept)(error)),
        };
        return match file.write_all(content).and_then(|()| file.sync_all()) {
            Ok(()) => Ok(kept),
            Err(error) => {
                // Half a copy would look like a whole one.
                let _ = fs::remove_file(&kept);
                Err(FileError::new("write", kept)(error))
            }
        };
    }
    unreachable!("there are more numbers than files")
}

/// All files under `dir`, sorted, with paths relative to it. Everything below a path that `skip`
/// accepts is left out.
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
