//! The progress file: its lines, its lock, and the repair of a damaged file.

use std::fmt::Write as _;
use std::fs::{self, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::{Damaged, Entry, Loaded, Progress, ProgressError, State};
use crate::files::{self, FileError};

const HEADER: &str = "# wakeful course: progress, one line an exercise";
/// The lock is held only for a read and a write. After this time, we assume that its owner was
/// stopped.
const PATIENCE: Duration = Duration::from_secs(3);

/// The content of the file: what can be read, and how many lines cannot.
pub(super) struct Read {
    pub progress: Progress,
    pub unreadable: usize,
    /// The bytes, to keep a copy. `None` if a directory, a FIFO or a huge file has this name.
    bytes: Option<Vec<u8>>,
}

/// Reads the file. A missing or empty file is an empty progress.
pub(super) fn read(path: &Path) -> Result<Read, ProgressError> {
    let bytes = match files::read_bytes(path, files::LARGEST) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) if files::is_unfit(&error) => {
            return Ok(Read {
                progress: Progress::default(),
                unreadable: 1,
                bytes: None,
            });
        }
        Err(source) => return Err(FileError::new("read", path)(source).into()),
    };
    let (progress, unreadable) = parse(&bytes);
    Ok(Read {
        progress,
        unreadable,
        bytes: Some(bytes),
    })
}

/// Reads the file under the lock. If some lines are damaged, keeps a copy of the file, and then
/// writes the file again with the other lines.
pub(super) fn read_or_repair(path: &Path) -> Result<Loaded, ProgressError> {
    let Read {
        progress,
        unreadable,
        bytes,
    } = read(path)?;
    if unreadable == 0 {
        return Ok(Loaded {
            progress,
            damaged: None,
        });
    }
    let kept = match &bytes {
        // The copy comes first, so every line of the reader exists at all times.
        Some(bytes) => files::keep_copy(path, bytes, ".damaged-")?,
        None => files::set_aside(path, ".damaged-")?,
    };
    if let Err(error) = write(path, &progress) {
        if bytes.is_some() {
            // The damaged file is still in its place, and the next start tries again.
            let _ = fs::remove_file(&kept);
        }
        return Err(error);
    }
    Ok(Loaded {
        progress,
        damaged: Some(Damaged {
            kept,
            lines: bytes.map(|_| unreadable),
        }),
    })
}

pub(super) fn write(path: &Path, progress: &Progress) -> Result<(), ProgressError> {
    files::write_atomically(path, render(progress).as_bytes()).map_err(Into::into)
}

/// The path of the lock file.
pub(super) fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    path.with_file_name(name)
}

/// Runs `change` while no other course writes.
pub(super) fn locked<T>(
    path: &Path,
    change: impl FnOnce() -> Result<T, ProgressError>,
) -> Result<T, ProgressError> {
    let lock_path = lock_path(path);
    let lock = files::open_lock(&lock_path)?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        match lock.try_lock() {
            Ok(()) => {
                remove_leftovers(path);
                break;
            }
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(5));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(ProgressError::Locked {
                    path: path.to_owned(),
                });
            }
            // A network mount may have no locks. The rename is still atomic there.
            Err(TryLockError::Error(_)) => break,
        }
    }
    // Dropping the file releases the lock.
    change()
}

/// Removes the temporary files of courses that were killed while they wrote. We hold the lock, so no
/// course is writing one of them now.
fn remove_leftovers(path: &Path) {
    let (Some(dir), Some(name)) = (
        path.parent(),
        path.file_name().and_then(|name| name.to_str()),
    ) else {
        return;
    };
    let ours = |other: &str| {
        let rest = other.strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with('.') && files::is_temporary(rest))
    };
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(ours) {
            // Ignore errors, because a leftover costs only its space.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The progress of all lines that can be read, and the number of the other lines.
fn parse(bytes: &[u8]) -> (Progress, usize) {
    // Editors on Windows write a byte order mark at the start.
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut progress = Progress::default();
    let mut unreadable = 0;
    for line in bytes.split(|byte| *byte == b'\n') {
        let Ok(line) = std::str::from_utf8(line).map(str::trim_end) else {
            unreadable += 1;
            continue;
        };
        if line.starts_with('#') {
            if line != HEADER {
                progress.comments.push(line.to_owned());
            }
        } else if let Some((id, entry)) = parse_line(line) {
            progress.entries.insert(id, entry);
        } else if !line.is_empty() {
            unreadable += 1;
        }
    }
    (progress, unreadable)
}

fn parse_line(line: &str) -> Option<(String, Entry)> {
    let mut words = line.split_whitespace();
    let id = words.next().filter(|id| id.contains('/'))?;
    let state = match words.next()? {
        "todo" => State::Todo,
        "failing" => State::Failing,
        "solved" => State::Solved,
        "filled" => State::Filled,
        _ => return None,
    };
    let date = words.next().filter(|date| is_date(date))?;
    let mut entry = Entry {
        state,
        date: date.to_owned(),
        ..Entry::default()
    };
    for word in words {
        match word.split_once('=')? {
            ("hints", number) => entry.hints = number.parse().ok()?,
            // It matters less than the line.
            ("version", version) => entry.version = version.parse().ok(),
            _ => entry.extra.push(word.to_owned()),
        }
    }
    Some((id.to_owned(), entry))
}

fn is_date(word: &str) -> bool {
    let parts: Vec<_> = word.split('-').collect();
    parts
        .iter()
        .all(|part| part.bytes().all(|b| b.is_ascii_digit()))
        && matches!(&parts[..], [year, month, day] if year.len() == 4 && month.len() == 2 && day.len() == 2)
}

fn render(progress: &Progress) -> String {
    let mut text = format!("{HEADER}\n");
    for comment in &progress.comments {
        text.push_str(comment);
        text.push('\n');
    }
    for (id, entry) in &progress.entries {
        let state = match entry.state {
            State::Solved => "solved",
            State::Filled => "filled",
            State::Failing => "failing",
            // After the file is read again, no exercise is running.
            State::Todo | State::Running => "todo",
        };
        let _ = write!(text, "{id} {state} {}", entry.date);
        if entry.hints > 0 {
            let _ = write!(text, " hints={}", entry.hints);
        }
        if let Some(version) = entry.version {
            let _ = write!(text, " version={version}");
        }
        for word in &entry.extra {
            let _ = write!(text, " {word}");
        }
        text.push('\n');
    }
    text
}
