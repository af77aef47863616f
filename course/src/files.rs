//! Small helpers for files. Reading returns an error that names the file. Writing leaves the old
//! text or the new text after a crash, and never a mixture.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

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

    /// What the reader can do about it.
    pub fn advice(&self) -> String {
        let path = self.path.display();
        if is_full(&self.source) {
            return format!(
                "the disk with {path} is full. Free some space on it, then run the command again"
            );
        }
        if is_unfit(&self.source) {
            return format!("move {path} out of the way");
        }
        if self.source.kind() == io::ErrorKind::InvalidData {
            return format!("save {path} as UTF-8 text");
        }
        let is_folder = matches!(
            self.source.kind(),
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory
        );
        let inside = self.path.join("inside");
        let place = if is_folder { &inside } else { &self.path };
        if let Some(other) = in_the_way(place) {
            let other = other.display();
            return format!("move {other} out of the way, because a folder has to be there");
        }
        let is_missing = self.source.kind() == io::ErrorKind::NotFound;
        if let Some(folder) = missing_folder(&self.path).filter(|_| is_missing) {
            return was_moved(folder);
        }
        format!("check that {path} can be read and written")
    }
}

/// Something else than a folder that is there instead of a folder above `path`: a file, or a link that leads
/// nowhere. To make a folder at `path`, ask with a path inside it.
pub(crate) fn in_the_way(path: &Path) -> Option<&Path> {
    let mut above = path.ancestors().skip(1);
    above.find(|dir| !dir.is_dir() && dir.symlink_metadata().is_ok())
}

/// What to do if a folder is gone while a command works on it.
pub(crate) fn was_moved(folder: &Path) -> String {
    format!(
        "the folder {} is not there, or not as it was. Was it moved or renamed? Then end `cargo course`, and start it again \
         in the new place",
        folder.display()
    )
}

/// The topmost folder above a file that does not exist.
fn missing_folder(path: &Path) -> Option<&Path> {
    let above = path.ancestors().skip(1);
    let missing = above.take_while(|dir| dir.is_absolute() && !dir.exists());
    missing.last()
}

/// Whether an error means that the disk has no room, or that the user may not use more of it.
pub fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// The largest file that we read. No file of the course or of a reader comes near it.
pub const LARGEST: u64 = 16 << 20;

/// Reads a file as text. See [`read_bytes`].
pub fn read(path: &Path) -> Result<String, FileError> {
    let text = read_bytes(path, LARGEST).and_then(|bytes| {
        String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    });
    text.map_err(FileError::new("read", path))
}

/// Reads a regular file of at most `largest` bytes.
///
/// A reader or a program may have replaced a file by anything. To open a FIFO would block
/// the thread for ever, a device may have no end, and a huge file would use up the memory. These
/// give an error: [`io::ErrorKind::InvalidInput`] if it is no regular file, and
/// [`io::ErrorKind::FileTooLarge`].
pub fn read_bytes(path: &Path, largest: u64) -> io::Result<Vec<u8>> {
    let mut options = fs::File::options();
    options.read(true);
    // With this flag, opening a FIFO does not wait for a writer.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        rustix::fs::OFlags::NONBLOCK.bits().cast_signed(),
    );
    let file = options.open(path)?;
    let there = file.metadata()?;
    if !there.is_file() {
        let why = if there.is_dir() {
            "it is a folder"
        } else {
            "it is no regular file"
        };
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    let too_large = || {
        let why = format!("it is larger than {} MiB", largest >> 20);
        Err(io::Error::new(io::ErrorKind::FileTooLarge, why))
    };
    if there.len() > largest {
        return too_large();
    }
    let mut bytes = Vec::new();
    // The file may grow while we read it.
    file.take(largest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > largest {
        return too_large();
    }
    Ok(bytes)
}

/// Whether an error of [`read_bytes`] or [`open_lock`] means that something is there which can never be
/// such a file: no regular file, a huge one, or a link to itself.
pub fn is_unfit(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
        return true;
    }
    matches!(
        error.kind(),
        io::ErrorKind::InvalidInput | io::ErrorKind::FileTooLarge | io::ErrorKind::IsADirectory
    )
}

/// Opens a lock file, and creates it if it is missing.
///
/// # Errors
/// If the file cannot be opened, or is no regular file. To open a FIFO would block for ever.
pub fn open_lock(path: &Path) -> Result<fs::File, FileError> {
    let failed = FileError::new("open", path);
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        let why = "it is no regular file";
        return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, why)));
    }
    let mut options = fs::File::options();
    options.create(true).truncate(false).write(true);
    options.open(path).map_err(failed)
}

/// Whether the file has exactly this content.
pub fn is(path: &Path, content: &[u8]) -> bool {
    read_bytes(path, content.len() as u64).is_ok_and(|now| now == content)
}

/// Replaces the content of a file. Readers see the old content or the new one, never a part. A link
/// is replaced, not followed.
pub fn write_atomically(path: &Path, content: &[u8]) -> Result<(), FileError> {
    write_if(path, content, &|| true).map(drop)
}

/// The same, if `is_still` says in the last moment that what is there may be replaced. Returns whether it was.
pub fn write_if(
    path: &Path,
    content: &[u8],
    is_still: &dyn Fn() -> bool,
) -> Result<bool, FileError> {
    // The process id in the name keeps two courses from writing to the same temporary file, and the lock keeps
    // two threads of this one.
    static WRITING: Mutex<()> = Mutex::new(());
    let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let write = || -> io::Result<bool> {
        let mut file = fs::File::create(&temporary)?;
        file.write_all(content)?;
        file.sync_all()?;
        if !is_still() {
            fs::remove_file(&temporary)?;
            return Ok(false);
        }
        fs::rename(&temporary, path)?;
        Ok(true)
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
    temporary(name).is_some()
}

/// The name of the file that a temporary file would have become, and the process that wrote it.
fn temporary(name: &str) -> Option<(&str, u32)> {
    let (file, process) = name.strip_suffix(".tmp")?.rsplit_once('.')?;
    Some((file, process.parse().ok()?))
}

/// Removes the temporary files that killed processes left in `dir`, of files with names that `ours`
/// accepts. Ignores errors, because a leftover costs only its space.
pub fn remove_leftovers(dir: &Path, ours: &dyn Fn(&str) -> bool) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let left = name.to_str().and_then(temporary);
        if left.is_some_and(|(file, process)| ours(file) && !may_run(process)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether the process that a file is named after may still run.
#[cfg(unix)]
pub fn may_run(process: u32) -> bool {
    use rustix::{io::Errno, process::Pid, process::test_kill_process};
    let process = i32::try_from(process).ok().and_then(Pid::from_raw);
    process.is_some_and(|process| test_kill_process(process) != Err(Errno::SRCH))
}

/// This system does not tell us.
#[cfg(not(unix))]
pub fn may_run(_process: u32) -> bool {
    true
}

/// Moves `path` to the first free name `path<suffix>N`, and returns that name. See [`move_to`].
pub fn set_aside(path: &Path, suffix: &str) -> Result<PathBuf, FileError> {
    move_to(path, path, suffix)
}

/// Moves `path` to the first free name `base<suffix>N`, and returns that name. Never replaces a
/// file, even if two processes do this at once.
pub fn move_to(path: &Path, base: &Path, suffix: &str) -> Result<PathBuf, FileError> {
    for n in 1u32.. {
        let mut name = base.file_name().unwrap_or_default().to_owned();
        name.push(format!("{suffix}{n}"));
        let kept = base.with_file_name(name);
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
/// accepts is left out. A link to a file counts as a file. A link to a directory is left out, because it
/// may lead in a circle.
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
            } else if kind.is_file() || (kind.is_symlink() && entry.path().is_file()) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_for_a_full_disk_is_to_free_space() {
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
            let advice = FileError::new("write", "progress.txt")(kind.into()).advice();
            assert!(
                advice.contains("progress.txt is full. Free some space"),
                "{advice}"
            );
        }
        let advice =
            FileError::new("write", "progress.txt")(io::ErrorKind::NotFound.into()).advice();
        assert_eq!(advice, "check that progress.txt can be read and written");
    }

    #[test]
    fn threads_that_write_the_same_file_do_not_disturb_each_other() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.rs");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        write_atomically(&path, b"text").unwrap();
                    }
                });
            }
        });
        assert_eq!(read(&path).unwrap(), "text");
    }

    #[test]
    fn the_advice_for_a_folder_that_is_gone_names_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("clone/work/progress.txt");
        let advice = FileError::new("read", file)(io::ErrorKind::NotFound.into()).advice();
        let folder = dir.path().join("clone");
        let gone = format!(
            "the folder {} is not there, or not as it was. Was it moved",
            folder.display()
        );
        assert!(advice.starts_with(&gone), "{advice}");
    }
}
