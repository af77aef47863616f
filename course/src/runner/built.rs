//! Which revision of an exercise was built last.
//!
//! Cargo looks at files' times, not at what they say: one that is *older* than the last build
//! looks unchanged. A reader who puts an earlier version back (`mv double.rs.yours-1 double.rs`),
//! or whose clock was set back, would get the verdict on what was there before. So where cargo
//! finds nothing to do although the files say something else, the exercise's file is made newer.

use std::fs::{self, OpenOptions};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::cargo::Report;
use crate::catalog::{Exercise, Layout};

fn note(layout: &Layout, exercise: &Exercise) -> PathBuf {
    let name = format!("{}-{}", exercise.package, exercise.test_target());
    layout.work().join("built").join(name)
}

/// The revision that was built last; empty if that is not known.
pub(super) fn revision(layout: &Layout, exercise: &Exercise) -> String {
    fs::read_to_string(note(layout, exercise)).unwrap_or_default()
}

/// From now on it is this one. Best effort: without the note, cargo builds once too often.
pub(super) fn remember(layout: &Layout, exercise: &Exercise, revision: &str) {
    let note = note(layout, exercise);
    if let Some(dir) = note.parent() {
        let _ = fs::create_dir_all(dir);
    }
    let _ = fs::write(note, revision);
}

/// Makes cargo build it again.
pub(super) fn make_stale(layout: &Layout, exercise: &Exercise, report: &Report) {
    let built = report.executables.iter();
    let built = built.filter_map(|(_, path)| fs::metadata(path).ok()?.modified().ok());
    // After a clock was set back, the build is from the future.
    let after = built.map(|time| time + Duration::from_secs(1)).max();
    let now = SystemTime::now();
    let time = after.filter(|after| *after > now + Duration::from_secs(1));
    // A file that may not be written was not changed by its reader either.
    if let Ok(file) = OpenOptions::new().append(true).open(exercise.path(layout)) {
        let _ = file.set_modified(time.unwrap_or(now));
    }
}
