//! What the course changed in an exercise after the reader began it.
//!
//! `work/.skeletons/` has the course's version of each exercise's file and test that the reader began
//! with, or last looked at, and in `.before/` the one before the last look. A difference to the version of today is news for the reader until they
//! look at it with [`look`].

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::record::{Hash, Kind};
use super::{State, Update, WorkError, former, lock, place};
use crate::catalog::{Exercise, Layout};
use crate::files::{self, FileError};
use crate::{git, skeleton};

/// What changed in an exercise that the reader has begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// The file as it is at the start. The reader's file is kept.
    pub file: bool,
    /// The test. The new one is in its place.
    pub test: bool,
}

impl Changes {
    /// What changed: `its start version and its test`.
    pub fn told(self) -> &'static str {
        match (self.file, self.test) {
            (true, true) => "its start version and its test",
            (true, false) => "its start version",
            (false, _) => "its test",
        }
    }

    /// One line for the reader, also where a verdict is shown.
    pub fn note(self, id: &str) -> String {
        let told = self.told();
        format!(
            "changed since you began it: {told}. `cargo course diff --skeleton {id}` shows what changed"
        )
    }
}

/// Compares an exercise with the version that the reader began with, or last looked at. `None` if nothing
/// changed, or if the reader has not begun it.
pub fn changes(layout: &Layout, exercise: &Exercise) -> Option<Changes> {
    let file = Versions::of(layout, &place(exercise))?;
    let yours = files::read_bytes(&exercise.path(layout), files::LARGEST).ok()?;
    if yours == file.now || yours == file.then {
        return None;
    }
    let test = Versions::of(layout, &test(exercise));
    let changes = Changes {
        file: file.differ(),
        test: test.is_some_and(|test| test.differ()),
    };
    (changes != Changes::default()).then_some(changes)
}

/// What changed, as a unified diff of the file and of the test. Afterwards it is no news any more.
/// `None` if nothing changed.
///
/// # Errors
/// If a file cannot be read or written, or another course holds the lock.
pub fn look(layout: &Layout, exercise: &Exercise) -> Result<Option<(Changes, String)>, WorkError> {
    let _lock = lock(&layout.yours().join(".lock"))?;
    let Some(changes) = changes(layout, exercise) else {
        return Ok(None);
    };
    let mut diff = String::new();
    for path in [place(exercise), test(exercise)] {
        let Some(versions) = Versions::of(layout, &path) else {
            continue;
        };
        let before = before(layout, &path);
        if versions.differ() {
            diff.push_str(&versions.diff(&path));
            skeleton::put(&before, &versions.then)?;
            skeleton::put(&layout.starts().join(path), &versions.now)?;
        } else {
            let _ = std::fs::remove_file(before);
        }
    }
    Ok(Some((changes, diff)))
}

/// The change that the reader has looked at last, as a unified diff. `None` if there was none, or if the
/// exercise is as it was before again.
pub fn last_look(layout: &Layout, exercise: &Exercise) -> Option<String> {
    if !super::is_begun(layout, exercise) {
        return None;
    }
    let mut diff = String::new();
    for path in [place(exercise), test(exercise)] {
        let then = files::read_bytes(&before(layout, &path), files::LARGEST);
        let versions = Versions::of(layout, &path);
        if let (Ok(then), Some(Versions { now, .. })) = (then, versions) {
            let versions = Versions { then, now };
            if versions.differ() {
                diff.push_str(&versions.diff(&path));
            }
        }
    }
    (!diff.is_empty()).then_some(diff)
}

/// Forgets the last look: the reader begins with another file.
pub(super) fn forget_look(layout: &Layout, exercise: &Exercise) {
    for path in [place(exercise), test(exercise)] {
        // A leftover costs only its space.
        let _ = std::fs::remove_file(before(layout, &path));
    }
}

/// Where the version before the last look is kept.
fn before(layout: &Layout, path: &Path) -> PathBuf {
    layout.starts().join(".before").join(path)
}

/// Where an exercise's test is, from `exercises/` or `work/`.
fn test(exercise: &Exercise) -> PathBuf {
    Path::new(&exercise.folder).join(&exercise.test)
}

/// The course's version of a file that the reader began with, and the one of today.
struct Versions {
    then: Vec<u8>,
    now: Vec<u8>,
}

impl Versions {
    /// `None` if one of them is not known.
    fn of(layout: &Layout, path: &Path) -> Option<Self> {
        let then = files::read_bytes(&layout.starts().join(path), files::LARGEST).ok()?;
        let source = files::read(&layout.solutions().join(path)).ok()?;
        let now = skeleton::skeleton(&source).ok()?.into_bytes();
        Some(Self { then, now })
    }

    fn differ(&self) -> bool {
        self.then != self.now
    }

    fn diff(&self, path: &Path) -> String {
        let path = path.display().to_string().replace('\\', "/");
        let text = String::from_utf8_lossy;
        diffy::DiffOptions::new()
            .set_original_filename(format!("before: {path}"))
            .set_modified_filename(format!("now: {path}"))
            .create_patch(&text(&self.then), &text(&self.now))
            .to_string()
    }
}

impl Update<'_> {
    /// Keeps a copy of what the reader will begin with. The copy of an exercise that is begun stays.
    pub(super) fn keep_starts(&self) -> Result<(), FileError> {
        for exercise in self.catalog.exercises() {
            let file = place(exercise);
            let is_ours = self.untouched_solution(exercise).is_some();
            let begun = !is_ours && matches!(self.state(&file), State::Changed(_));
            for path in [&file, &test(exercise)] {
                let Some(now) = self.tree.get(path) else {
                    continue;
                };
                let start = self.layout.starts().join(path);
                if begun && start.exists() {
                    continue;
                }
                let base = self.base(path);
                let content = if begun && base != Some(Hash::of(now)) {
                    self.lost_start(path, base)
                } else {
                    now.clone()
                };
                if !files::is(&start, &content) {
                    skeleton::put(&start, &content)?;
                }
            }
        }
        Ok(())
    }

    /// The version that the reader began with, by the record. Our files follow the course at each update, so
    /// for a test this is the version before this update.
    fn base(&self, path: &Path) -> Option<Hash> {
        let now = self.record.get(Kind::Skeleton, path);
        let before = self.before.get(Kind::Skeleton, path);
        let is_a_test = self.exercise_at(path).is_none();
        before.filter(|_| is_a_test).or(now)
    }

    /// The version that the reader began with, although our copy of it is lost: git may know it. Otherwise
    /// nothing, so that all of the new version is news.
    fn lost_start(&self, path: &Path, base: Option<Hash>) -> Vec<u8> {
        let is_it = |content: &[u8]| base == Some(Hash::of(content));
        let exercise = self.exercise_at(path);
        let former = exercise.map(|exercise| {
            former::by_name(exercise)
                .into_iter()
                .chain(exercise.formerly_at.clone())
        });
        let places = std::iter::once(path.to_owned()).chain(former.into_iter().flatten());
        let mut versions = places.filter_map(|place| {
            let tracked = Path::new("exercises").join(place);
            git::version(self.layout.root(), &tracked, is_it)
        });
        versions.next().unwrap_or_default()
    }

    /// Tells the reader once about each change of an exercise that is begun.
    pub(super) fn tell_changes(&mut self) {
        let mut told = Vec::new();
        for exercise in self.catalog.exercises() {
            let Some(changes) = changes(self.layout, exercise) else {
                continue;
            };
            let mut is_new = false;
            let both = [
                (place(exercise), changes.file),
                (test(exercise), changes.test),
            ];
            for (path, _) in both.into_iter().filter(|(_, changed)| *changed) {
                let now = self.tree.get(&path).map(|now| Hash::of(now));
                is_new |= self.record.get(Kind::Told, &path) != now;
                told.extend(now.map(|now| (path, now)));
            }
            if is_new {
                self.report.changed.push((exercise.id.clone(), changes));
            }
        }
        self.record.set_told(told);
    }
}
