//! `target/course/built.json`: what the packages of the clone were built from for the exercises, and
//! `target/course/blocks/built.json`: for the blocks. A record that is gone or damaged costs one build more.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::Packages;
use crate::files;
use crate::runner::cargo::Artifact;

/// Nanoseconds since 1970.
type Moment = u64;

/// The clock for files may be as far behind that of the processor: 20 ms.
const A_MOMENT: Moment = 20_000_000;

/// What a file was when we looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    content: u64,
    modified: Moment,
    /// When the file was written, renamed or given another time. Programs cannot choose it.
    changed: (i64, i64),
}

/// The state of all packages after the last build.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Record {
    packages: BTreeMap<PathBuf, Package>,
    /// The end of the last build. No compiler that finished started later.
    until: Moment,
}

/// The files that a package was built from, and the files that the build wrote.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Package {
    /// Cargo's name for it.
    pub name: String,
    files: BTreeMap<PathBuf, Stamp>,
    artifacts: BTreeMap<PathBuf, Moment>,
}

impl Stamp {
    pub fn of(path: &Path) -> Option<Self> {
        // The content comes last. A write after the times were read gives other times at the next look.
        let there = fs::metadata(path).ok()?;
        let mut hasher = DefaultHasher::new();
        files::read_bytes(path, files::LARGEST)
            .ok()?
            .hash(&mut hasher);
        Some(Self {
            content: hasher.finish(),
            modified: moment(there.modified().ok()?),
            changed: changed(&there),
        })
    }
}

impl Record {
    pub fn load(path: &Path) -> Self {
        let text = files::read(path).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Ignores errors. Without the record, the next build builds too much.
    pub fn save(&self, path: &Path) {
        let written =
            serde_json::to_vec(self).is_ok_and(|text| files::write_atomically(path, &text).is_ok());
        if !written {
            // An old record would be worse than none.
            let _ = fs::remove_file(path);
        }
    }

    /// The packages that are still there.
    pub fn packages(&self) -> impl Iterator<Item = &Path> {
        let dirs = self.packages.keys().map(PathBuf::as_path);
        dirs.filter(|dir| dir.is_dir())
    }

    /// Whether something has changed since the last build that cargo may not notice.
    pub fn may_hide_a_change(&self, dir: &Path, now: &BTreeMap<PathBuf, Stamp>) -> bool {
        let Some(known) = self.packages.get(dir) else {
            return true;
        };
        // The reader has built it since, and we do not know from which content.
        let built_elsewhere = || {
            let mut artifacts = known.artifacts.iter();
            artifacts.any(|(path, time)| modified(path) != Some(*time))
        };
        let removed = || known.files.keys().any(|file| !now.contains_key(file));
        let hidden = |(file, stamp): (&PathBuf, &Stamp)| {
            known.files.get(file) != Some(stamp) && stamp.modified <= self.until
        };
        built_elsewhere() || removed() || now.iter().any(hidden)
    }

    /// Forgets a package, and returns what was known of it.
    pub fn take(&mut self, dir: &Path) -> Option<Package> {
        self.packages.remove(dir)
    }

    /// Knows only this of a package, as before the last build.
    pub fn put_back(&mut self, dir: PathBuf, known: Option<Package>) {
        self.packages.remove(&dir);
        self.packages.extend(known.map(|known| (dir, known)));
    }

    /// Adds what a build read and wrote. A file that changed during the build is left out, because we cannot
    /// know what the compiler saw.
    pub fn add(&mut self, mut before: Packages, after: Packages, artifacts: &[Artifact]) {
        self.packages.retain(|dir, _| dir.is_dir());
        for (dir, mut files) in after {
            // Before the first build of a package we did not look at it.
            if let Some(before) = before.remove(&dir) {
                files.retain(|file, stamp| before.get(file) == Some(stamp));
            }
            let package = self.packages.entry(dir).or_default();
            package.files = files;
            // Cargo removes some artifacts before it starts the compiler.
            package.artifacts.retain(|path, time| {
                let now = modified(path);
                *time = now.unwrap_or_default();
                now.is_some()
            });
        }
        // A compiler that started later than this cannot have finished.
        self.until = moment(SystemTime::now()).saturating_sub(A_MOMENT);
        for artifact in artifacts {
            let package = self.packages.entry(artifact.dir.clone()).or_default();
            package.name.clone_from(&artifact.package);
            // Cargo may copy the others from there at every build.
            let original = |path: &&PathBuf| path.parent().is_some_and(|dir| dir.ends_with("deps"));
            for path in artifact.files.iter().filter(original) {
                if let Some(time) = modified(path) {
                    package.artifacts.insert(path.clone(), time);
                    self.until = self.until.max(time);
                }
            }
        }
    }
}

fn modified(path: &Path) -> Option<Moment> {
    Some(moment(fs::metadata(path).ok()?.modified().ok()?))
}

fn moment(time: SystemTime) -> Moment {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    })
}

#[cfg(unix)]
fn changed(there: &Metadata) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (there.ctime(), there.ctime_nsec())
}

/// Other systems do not tell. There the content and the other time must be enough.
#[cfg(not(unix))]
fn changed(_there: &Metadata) -> (i64, i64) {
    (0, 0)
}
