//! Remembers which revision of an exercise was built last.
//!
//! Cargo compares the times of files, not their contents. A file that is *older* than the last
//! build looks unchanged to cargo. So a reader who restores an earlier version (`mv
//! double.rs.yours-1 double.rs`), or whose clock was set back, would get an old verdict. If cargo
//! finds nothing to do although the contents changed, we make the exercise's file newer.

use std::fs::{self, OpenOptions};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::cargo::Report;
use crate::catalog::{Exercise, Layout};

fn note(layout: &Layout, exercise: &Exercise) -> PathBuf {
    let copy = if layout.is_a_copy() { "-copy" } else { "" };
    let name = format!("{}-{}{copy}", exercise.package, exercise.test_target());
    layout.work().join("built").join(name)
}

/// The revision that was built last. Empty if we do not know it.
pub(super) fn revision(layout: &Layout, exercise: &Exercise) -> String {
    fs::read_to_string(note(layout, exercise)).unwrap_or_default()
}

/// Stores the revision of this build. We ignore errors, because without it cargo only builds once
/// more.
pub(super) fn remember(layout: &Layout, exercise: &Exercise, revision: &str) {
    let note = note(layout, exercise);
    if let Some(dir) = note.parent() {
        let _ = fs::create_dir_all(dir);
    }
    let _ = fs::write(note, revision);
}

/// Makes cargo build the exercise again.
pub(super) fn make_stale(layout: &Layout, exercise: &Exercise, report: &Report) {
    let built = report.executables.iter();
    let built = built.filter_map(|(_, path)| fs::metadata(path).ok()?.modified().ok());
    // After the clock was set back, the time of the build is in the future.
    let after = built.map(|time| time + Duration::from_secs(1)).max();
    let now = SystemTime::now();
    let time = after.filter(|after| *after > now + Duration::from_secs(1));
    // If we cannot write to a file, its reader has not changed it either.
    if let Ok(file) = OpenOptions::new().append(true).open(exercise.path(layout)) {
        let _ = file.set_modified(time.unwrap_or(now));
    }
}
