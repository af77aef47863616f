//! Builds a package so that the result has the content that its files have now.
//!
//! Cargo compares the times of files, not their contents. It builds again if a file is newer than the
//! last build. Some changes make no file newer:
//!
//! - `mv double.rs.yours-1 double.rs`, `cp -p`, `tar` and backups bring an old time along.
//! - A link leads to another file.
//! - The clock was set back, or another machine with another clock wrote the file.
//! - The file was saved while a build was running.
//!
//! The exercises of a package share its library. So the last build with other content may have been
//! one for another exercise, or one that the reader started. The blocks of the pages share the crates of
//! the chapters.
//!
//! We therefore remember for each package which files the last build read, and what it wrote. If cargo
//! could miss a change, `cargo clean` removes what was built from the package. We never make a file newer:
//! an editor would take that for a change, and so would a server that watches the files.

mod record;

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use self::record::{Record, Stamp};
use super::cargo::{self, Call, Report};
use super::{RunError, exercise};
use crate::catalog::Layout;
use crate::files;

/// How often we look whether another course has finished its build.
const PAUSE: Duration = Duration::from_millis(20);

/// A build.
pub(super) struct Built {
    /// What cargo said.
    pub report: Report,
    /// Whether no file was written or replaced during the build, not even with the same content.
    pub steady: bool,
}

/// The files of a package in the clone, by the package's directory.
type Packages = BTreeMap<PathBuf, BTreeMap<PathBuf, Stamp>>;

/// Builds the package in this folder of the reader's files. Drop the future to cancel.
pub(super) async fn build(
    layout: &Layout,
    folder: &str,
    package: &str,
    call: &Call<'_>,
) -> Result<Built, RunError> {
    let own = layout.yours().join(folder);
    build_in(layout, &layout.work(), &own, package, call).await
}

/// Builds the package in the directory `own`. The record is in the directory `state`. Each target directory
/// needs a record of its own.
pub(super) async fn build_in(
    layout: &Layout,
    state: &Path,
    own: &Path,
    package: &str,
    call: &Call<'_>,
) -> Result<Built, RunError> {
    let _lock = lock(state, call.time).await;
    let path = state.join("built.json");
    let mut record = Record::load(&path);
    // The packages of other exercises and of other blocks have no part in this build.
    let aside = [layout.yours(), layout.work(), layout.root().join("work")];
    let used = |dir: &&Path| !aside.iter().any(|aside| dir.starts_with(aside));
    let dirs: Vec<&Path> = record.packages().filter(used).chain([own]).collect();
    let before = look(layout, own, dirs.into_iter().map(Path::to_owned));
    let may_hide = |(dir, files): (&PathBuf, &_)| {
        let hides = call.target.is_dir() && record.may_hide_a_change(dir, files);
        hides.then(|| dir.clone())
    };
    let doubtful: Vec<PathBuf> = before.iter().filter_map(may_hide).collect();
    let mut left = Vec::new();
    for dir in doubtful {
        let known = record.take(&dir);
        let name = known.as_ref().map_or(package, |known| &known.name);
        let name = if dir == own { package } else { name };
        let args = ["clean", "--package", name];
        let clean = Call {
            args: &args,
            ..*call
        };
        if !cargo::run(&clean).await?.success {
            left.push((dir, known));
        }
    }
    let report = cargo::run(call).await?;
    let built = report.artifacts.iter().map(|artifact| artifact.dir.clone());
    let after = look(layout, own, before.keys().cloned().chain(built));
    let steady = before
        .iter()
        .all(|(dir, files)| after.get(dir) == Some(files));
    record.add(before, after, &report.artifacts);
    // Cargo cannot remove the build of a package that this build does not use. And if this build failed, a
    // broken manifest is the likely reason. In both cases the next build tries again.
    let takes_part = |dir: &Path| report.artifacts.iter().any(|artifact| artifact.dir == dir);
    for (dir, known) in left {
        let settled = report.success && takes_part(&dir);
        record.put_back(dir, known.filter(|_| !settled));
    }
    record.save(&path);
    Ok(Built { report, steady })
}

fn look(layout: &Layout, own: &Path, dirs: impl Iterator<Item = PathBuf>) -> Packages {
    dirs.map(|dir| {
        // The build only uses the libraries of other packages.
        let whole = dir == own || dir.starts_with(layout.yours());
        let sources = if whole { dir.clone() } else { dir.join("src") };
        (dir, look_at(&sources))
    })
    .collect()
}

/// The files below this directory. We leave out what we cannot read: cargo cannot either.
fn look_at(sources: &Path) -> BTreeMap<PathBuf, Stamp> {
    let files = files::walk(sources, &exercise::is_no_source).unwrap_or_default();
    let stamped = files.into_iter().filter_map(|file| {
        let path = sources.join(file);
        let stamp = Stamp::of(&path)?;
        Some((path, stamp))
    });
    stamped.collect()
}

/// Waits until no other build uses the target directory. Cargo would wait too.
async fn lock(state: &Path, patience: Duration) -> Option<File> {
    std::fs::create_dir_all(state).ok()?;
    let lock = files::open_lock(&state.join("built.lock")).ok()?;
    let started = Instant::now();
    while let Err(TryLockError::WouldBlock) = lock.try_lock() {
        if started.elapsed() > patience {
            // The other course is stopped. Cargo will say that it waits for it.
            return None;
        }
        wakeful::time::sleep(PAUSE).await;
    }
    Some(lock)
}
