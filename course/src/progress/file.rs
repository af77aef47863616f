//! The progress file: its lines, its lock, and the handling of a damaged file.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::{Entry, Loaded, Progress, ProgressError, State};
use crate::files::{self, FileError};

const HEADER: &str = "# wakeful course: progress, one line an exercise";
/// The lock is held only for a read and a write. After this time, we assume that its owner was
/// stopped.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) enum Read {
    Fine(Progress),
    Damaged,
}

/// Reads the file. A missing or empty file is an empty progress.
pub(super) fn read(path: &Path) -> Result<Read, ProgressError> {
    if path.is_dir() {
        return Ok(Read::Damaged);
    }
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Read::Fine(Progress::default()));
        }
        Err(source) => {
            return Err(FileError {
                action: "read",
                path: path.to_owned(),
                source,
            }
            .into());
        }
    };
    let parsed = std::str::from_utf8(&bytes).ok().and_then(parse);
    Ok(parsed.map_or(Read::Damaged, Read::Fine))
}

/// Reads the file under the lock, and moves a damaged file aside.
pub(super) fn read_or_set_aside(path: &Path) -> Result<Loaded, ProgressError> {
    match read(path)? {
        Read::Fine(progress) => Ok(Loaded {
            progress,
            damaged: None,
        }),
        Read::Damaged => {
            let kept = files::set_aside(path, ".damaged-")?;
            Ok(Loaded {
                progress: Progress::default(),
                damaged: Some(kept),
            })
        }
    }
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
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock_path)
        .map_err(FileError::new("open", &lock_path))?;
    let deadline = Instant::now() + PATIENCE;
    // A network mount may have no locks. The rename is still atomic there.
    while let Err(TryLockError::WouldBlock) = lock.try_lock() {
        if Instant::now() >= deadline {
            return Err(ProgressError::Locked {
                path: path.to_owned(),
            });
        }
        thread::sleep(Duration::from_millis(5));
    }
    // Dropping the file releases the lock.
    change()
}

fn parse(text: &str) -> Option<Progress> {
    // Editors on Windows write a byte order mark at the start.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut progress = Progress::default();
    let mut lines = text.lines().map(str::trim_end);
    match lines.next() {
        None => return Some(progress),
        Some(first) if first == HEADER => {}
        Some(_) => return None,
    }
    for line in lines.filter(|line| !line.is_empty()) {
        if line.starts_with('#') {
            progress.comments.push(line.to_owned());
        } else {
            let (id, entry) = parse_line(line)?;
            progress.entries.insert(id, entry);
        }
    }
    Some(progress)
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
        match word.strip_prefix("hints=") {
            Some(number) => entry.hints = number.parse().ok()?,
            None if word.contains('=') => entry.extra.push(word.to_owned()),
            None => return None,
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
        for word in &entry.extra {
            let _ = write!(text, " {word}");
        }
        text.push('\n');
    }
    text
}
