//! `work/`: where the reader's files live. Git ignores the folder, so a pull never conflicts with
//! the reader's work. `exercises/` holds the same files as they are at the start.
//!
//! [`update`] makes the folder at first, and brings it up to date whenever the skeletons change.
//! It never removes a file that the reader changed. It writes each file under a temporary name and
//! renames it, and it writes the record last. So a killed process or a full disk leaves every file
//! whole, and the next start continues from there. [`reset()`] resets one exercise, and [`restore`]
//! one file.

mod changes;
mod earlier;
mod error;
mod filled;
mod former;
mod news;
mod record;
mod renamed;
mod report;
mod reset;
mod version;

pub use changes::{Changes, changes, last_look, look};
pub use error::{Stopped, WorkError};
pub use filled::{fill, has_our_code};
pub use former::{gone, has_former};
pub use news::{forget_news, keep_news, news, news_file, put_away, replaces};
pub use report::{Gone, Lost, Moved, Renamed, Report, Stays, Why};
pub use reset::{Reset, reset, restore};
pub use version::Version;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use self::record::{Hash, Kind, Record};
use crate::catalog::{Catalog, Exercise, Layout};
use crate::files::{self, FileError};
use crate::git;
use crate::skeleton::{self, Tree, YOURS};

/// The name of the record. See `record`.
const RECORD: &str = ".pristine";
/// How long another course may hold the lock.
const PATIENCE: Duration = Duration::from_secs(10);

/// The state of a file in `work/`.
enum State {
    Missing,
    /// The skeleton as it is now.
    Current,
    /// A skeleton as it was earlier, not changed by the reader.
    Untouched,
    /// Changed by the reader.
    Changed(Vec<u8>),
    /// A folder, or something that cannot be read. It stays.
    Other,
}

/// Creates `work/`, or updates it to the skeletons, and reports the changes.
///
/// # Errors
/// If the course or a file of the reader's cannot be read or written, or another course holds the lock. The error
/// has the changes that were made before.
pub fn update(layout: &Layout, catalog: &Catalog) -> Result<Report, Stopped> {
    let pristine = skeleton::generate(layout, &catalog.crates)?;
    let dir = layout.yours();
    fs::create_dir_all(&dir).map_err(FileError::new("create", &dir))?;
    let _lock = lock(&dir.join(".lock"))?;
    let path = dir.join(RECORD);
    let known = Record::load(&path)?;
    // The reader deleted everything that `ls` shows, and wants to start again.
    let is_empty = !dir.join("Cargo.toml").exists();
    let mut update = Update {
        layout,
        catalog,
        tree: skeleton::for_the_reader(pristine.clone()),
        anew: known.is_none() || is_empty,
        former: Vec::new(),
        report: Report {
            first: known.is_none(),
            ..Report::default()
        },
        before: known.clone().unwrap_or_default(),
        record: known.clone().unwrap_or_default(),
    };
    let done = update.run(&pristine);
    let is_new = known.as_ref() != Some(&update.record);
    let saved = if is_new { update.save() } else { Ok(()) };
    match done.and(saved) {
        Ok(()) => Ok(update.report),
        Err(error) => Err(Stopped {
            report: Box::new(update.report),
            source: error.into(),
        }),
    }
}

/// Records that these files equal their skeletons again.
pub(crate) fn put_back(layout: &Layout, paths: &[PathBuf], tree: &Tree) -> Result<(), WorkError> {
    let dir = layout.yours();
    let _lock = lock(&dir.join(".lock"))?;
    let path = dir.join(RECORD);
    let mut record = Record::load(&path)?.unwrap_or_default();
    for path in paths {
        if let Some(content) = tree.get(path) {
            record.set(Kind::Skeleton, path, Hash::of(content));
            // The reader begins with this version.
            let start = layout.starts().join(path);
            if start.exists() {
                skeleton::put(&start, content)?;
            }
        }
    }
    Ok(record.save(&path)?)
}

/// Whether the reader has changed an exercise's file. A missing file and a skeleton that an update has not
/// replaced yet hold no work.
pub fn is_begun(layout: &Layout, exercise: &Exercise) -> bool {
    let Ok(content) = files::read_bytes(&exercise.path(layout), files::LARGEST) else {
        return false;
    };
    if skeleton::is_skeleton(layout, exercise, &content) {
        return false;
    }
    let record = Record::load(&layout.yours().join(RECORD));
    let began_as = record
        .ok()
        .flatten()
        .and_then(|record| record.get(Kind::Skeleton, &place(exercise)));
    began_as != Some(Hash::of(&content))
}

/// How long to wait after the last change of a copy of `work/` that the reader puts back.
pub const COPY: Duration = Duration::from_secs(1);

/// Whether one of these changed files is the record of what the files in `work/` began as. The reader may have put
/// back a copy of `work/`.
pub fn has_record(layout: &Layout, paths: &BTreeSet<PathBuf>) -> bool {
    let record = layout.yours().join(RECORD);
    // If it is gone, the reader is deleting the folder.
    paths.contains(&record) && record.is_file()
}

struct Update<'a> {
    layout: &'a Layout,
    catalog: &'a Catalog,
    /// The files of `work/` before the reader changes them.
    tree: Tree,
    /// Write missing files again, even if the reader removed them.
    anew: bool,
    /// The files that renamed exercises had before.
    former: Vec<PathBuf>,
    report: Report,
    /// The record of the last update.
    before: Record,
    record: Record,
}

impl Update<'_> {
    fn run(&mut self, pristine: &Tree) -> Result<(), FileError> {
        self.remove_leftovers();
        if self.report.first {
            self.know_committed()?;
        }
        self.follow_renamed()?;
        // The record still knows the skeletons in exercises/ that were generated before the new names.
        earlier::bring(self, pristine)?;
        self.forget_former();
        self.copy_skeletons()?;
        self.follow_solutions()?;
        self.forget_removed();
        self.keep_starts()?;
        self.tell_changes();
        let exercises = self.catalog.exercises();
        let owners = exercises.map(|one| (place(one), one.id.clone())).collect();
        self.record.set_owners(owners);
        Ok(())
    }

    fn save(&self) -> Result<(), FileError> {
        self.record.save(&self.layout.yours().join(RECORD))
    }

    fn state(&self, path: &Path) -> State {
        let content = match files::read_bytes(&self.layout.yours().join(path), files::LARGEST) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return State::Missing,
            Err(_) => return State::Other,
        };
        if self.tree.get(path) == Some(&content) {
            State::Current
        } else if self.record.get(Kind::Skeleton, path) == Some(Hash::of(&content)) {
            State::Untouched
        } else {
            State::Changed(content)
        }
    }

    /// Removes the temporary files of courses that were killed while they wrote here.
    fn remove_leftovers(&self) {
        let record = Path::new(RECORD);
        let mut dirs: BTreeMap<&Path, BTreeSet<&OsStr>> = BTreeMap::new();
        for path in self.tree.keys().map(PathBuf::as_path).chain([record]) {
            if let (Some(dir), Some(name)) = (path.parent(), path.file_name()) {
                dirs.entry(dir).or_default().insert(name);
            }
        }
        for (dir, names) in dirs {
            let ours = |name: &str| names.contains(OsStr::new(name));
            files::remove_leftovers(&self.layout.yours().join(dir), &ours);
            files::remove_leftovers(&self.layout.starts().join(dir), &ours);
        }
    }

    fn exercise_at(&self, path: &Path) -> Option<&Exercise> {
        self.catalog
            .exercises()
            .find(|exercise| place(exercise) == path)
    }

    /// Without the record, git still knows which files are skeletons of an earlier version, also of
    /// exercises that the course no longer has.
    fn know_committed(&mut self) -> Result<(), FileError> {
        let yours = self.layout.yours();
        let mut paths: BTreeSet<PathBuf> = self.tree.keys().cloned().collect();
        for member in &self.catalog.crates {
            let dir = yours.join(&member.folder);
            if dir.is_dir() {
                let there = files::walk(&dir, &skeleton::is_not_generated)?;
                paths.extend(
                    there
                        .iter()
                        .map(|path| Path::new(&member.folder).join(path)),
                );
            }
        }
        let mut changed = Vec::new();
        let mut pairs = Vec::new();
        for path in paths {
            if let State::Changed(content) = self.state(&path) {
                let tracked = Path::new("exercises").join(&path);
                pairs.push((Path::new("work").join(&path), tracked.clone()));
                changed.push((path, tracked, Hash::of(&content)));
            }
        }
        let committed = git::committed(self.layout.root(), &pairs);
        for (path, tracked, hash) in changed {
            if committed.contains(&tracked) {
                self.record.set(Kind::Skeleton, &path, hash);
            }
        }
        Ok(())
    }

    fn copy_skeletons(&mut self) -> Result<(), FileError> {
        for (path, wanted) in &self.tree.clone() {
            let now = Hash::of(wanted);
            let base = self.record.get(Kind::Skeleton, path);
            let exercise = self.exercise_at(path).map(|exercise| exercise.id.clone());
            let full = self.layout.yours().join(path);
            let state = self.state(path);
            match state {
                State::Missing if base.is_none() || self.anew => {
                    skeleton::put(&full, wanted)?;
                    let is_renamed = |id: &String| {
                        let mut known = self.before.owners().map(|(_, id)| id);
                        let mut renamed = self.report.renamed.iter();
                        renamed.any(|one| one.to == *id) || known.any(|known| known == id)
                    };
                    if base.is_none() && !self.report.first {
                        let new = exercise.filter(|id| !is_renamed(id));
                        let is_back = |id: &String| self.record.was_of(path, |known| known == id);
                        if new.as_ref().is_some_and(is_back) {
                            self.report.back_at_start.extend(new);
                        } else {
                            self.report.new.extend(new);
                        }
                    } else {
                        self.report.restored.extend(exercise);
                    }
                }
                // The reader removed a missing file. `reset` restores it.
                State::Current | State::Missing | State::Other => {}
                State::Untouched => {
                    // The reader may save it at this moment. Then the next update looks again.
                    let is_still = || {
                        files::read_bytes(&full, files::LARGEST)
                            .is_ok_and(|it| base == Some(Hash::of(&it)))
                    };
                    if !files::write_if(&full, wanted, &is_still)? {
                        continue;
                    }
                    self.report.updated.push(full);
                }
                State::Changed(_) if base == Some(now) => {}
                // The record keeps the skeleton that the reader began with.
                State::Changed(_) if exercise.is_some() && base.is_some() => continue,
                State::Changed(content) if self.is_own_file(path, &content) => {
                    let kept = files::keep_copy(&full, &content, YOURS)?;
                    if !files::write_if(&full, wanted, &|| files::is(&full, &content))? {
                        continue;
                    }
                    self.report.new.extend(exercise);
                    self.report.own.push((full, kept));
                }
                State::Changed(_) if exercise.is_some() => {
                    let is_back = exercise.filter(|id| {
                        let mut known = self.before.owners().map(|(_, known)| known);
                        let mut renamed = self.report.renamed.iter().map(|one| &one.to);
                        let is_new = known.all(|known| known != id) && renamed.all(|to| to != id);
                        is_new && self.record.was_of(path, |known| known == id)
                    });
                    self.report.back.extend(is_back);
                }
                State::Changed(content) => {
                    // The copy comes first, so the reader's version exists at all times.
                    let kept = files::keep_copy(&full, &content, YOURS)?;
                    if !files::write_if(&full, wanted, &|| files::is(&full, &content))? {
                        continue;
                    }
                    if base.is_some() || self.report.first {
                        self.report.replaced.push((full, kept));
                    } else {
                        self.report.own.push((full, kept));
                    }
                }
            }
            self.record.set(Kind::Skeleton, path, now);
        }
        Ok(())
    }

    /// Whether a changed file has the name of a new exercise's file by chance.
    fn is_own_file(&self, path: &Path, content: &[u8]) -> bool {
        self.exercise_at(path)
            .is_some_and(|exercise| self.is_the_readers_own(exercise, path, content))
    }

    /// The reader's files that the course no longer has stay in their place. The record forgets them.
    fn forget_removed(&mut self) {
        let gone = self
            .record
            .skeletons()
            .filter(|path| !self.tree.contains_key(*path));
        let gone: Vec<PathBuf> = gone.map(Path::to_owned).collect();
        // If an exercise with work comes back, its test may be another one.
        let begun = gone.iter().filter(|path| {
            self.record.owner(path).is_some() && matches!(self.state(path), State::Changed(_))
        });
        let tests: BTreeSet<PathBuf> = begun.map(|path| former::test_of(path)).collect();
        for path in gone {
            let full = self.layout.yours().join(&path);
            let owner = self.record.owner(&path).map(str::to_owned);
            let file = match self.state(&path) {
                // It contains no work. The test of a removed exercise would not compile any more.
                State::Untouched => {
                    let began = self.record.get(Kind::Skeleton, &path);
                    let is_ours = |content: &[u8]| began == Some(Hash::of(content));
                    let is_gone = former::remove(&full, is_ours).unwrap_or(true);
                    (!is_gone).then_some(full)
                }
                State::Changed(_) => Some(full),
                _ => None,
            };
            if let Some(id) = &owner {
                self.record.add_former(&path, id);
            }
            let has_work = file.is_some();
            match (owner, file) {
                (Some(id), file) => self.report.gone.push(Gone { id, file }),
                (None, Some(file)) => self.report.removed.push(file),
                (None, None) => {}
            }
            self.record.remove(Kind::Moved, &path);
            if has_work || tests.contains(&path) {
                // If the exercise comes back, the reader still began with that version.
                self.record.remove(Kind::Skeleton, &path);
            } else {
                self.forget(&path);
            }
        }
    }
}

/// Where an exercise's file is, from `exercises/` or `work/`.
fn place(exercise: &Exercise) -> PathBuf {
    Path::new(&exercise.folder).join(&exercise.file)
}

fn lock(path: &Path) -> Result<File, WorkError> {
    let lock = files::open_lock(path)?;
    let deadline = Instant::now() + PATIENCE;
    // A network mount may have no locks. Each write is still atomic there.
    while let Err(TryLockError::WouldBlock) = lock.try_lock() {
        if Instant::now() >= deadline {
            return Err(WorkError::Locked {
                path: path.to_owned(),
            });
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(lock)
}
