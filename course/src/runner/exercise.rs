//! Runs one exercise and returns its verdict.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};

use super::built::{self, Built};
use super::changed::Changed;
use super::unfit::Unfit;
use super::{Limits, Outcome, RunError, Verdict, cargo, elsewhere, libtest, manifest, needs};
use crate::catalog::{Catalog, Exercise, Layout};
use crate::files::{self, FileError};
use crate::skeleton;

/// No person saves more often than this while an exercise compiles.
const ATTEMPTS: usize = 8;

/// Builds and tests one exercise.
///
/// If its files change during the build, we start again, so the verdict always belongs to the files
/// of its `revision`. Needs a `wakeful` runtime. Drop the future to cancel.
pub async fn run(
    layout: &Layout,
    exercise: &Exercise,
    limits: &Limits,
) -> Result<Verdict, RunError> {
    let started = Instant::now();
    for attempt in 0..ATTEMPTS {
        let before = revision(layout, exercise)?;
        let first = attempt == 0;
        let Some(mut verdict) = once(layout, exercise, limits, &before, first).await? else {
            continue;
        };
        if revision(layout, exercise)? == before {
            verdict.total_ms = millis(started.elapsed());
            return Ok(verdict);
        }
    }
    Err(RunError::KeepsChanging)
}

/// The text for the reader if `work/` itself is missing, or if something else has its place.
pub fn missing_work(layout: &Layout) -> Option<String> {
    let manifest = layout.yours().join("Cargo.toml");
    let is_folder = layout.yours().is_dir();
    let gone = manifest::Gone::folder(layout, &manifest).filter(|_| !is_folder)?;
    let what = if layout.yours().symlink_metadata().is_ok() {
        format!("the exercises cannot be read: {}", gone.what)
    } else {
        gone.what
    };
    Some(format!("{what}. Help: {}", gone.advice))
}

/// A short text that changes whenever the contents of the exercise's files change.
pub fn revision(layout: &Layout, exercise: &Exercise) -> Result<String, RunError> {
    let dir = exercise.dir(layout);
    let mut hasher = DefaultHasher::new();
    let mut add = |path: &Path| -> Result<(), RunError> {
        path.hash(&mut hasher);
        match files::read_bytes(path, files::LARGEST) {
            Ok(content) => content.hash(&mut hasher),
            // We do not run an exercise with such a file, so its size and its kind are enough.
            Err(error) if files::is_unfit(&error) => {
                let there = std::fs::metadata(path);
                there.map_or(0, |there| there.len()).hash(&mut hasher);
            }
            // Editors replace files. A file that disappeared between two reads is a change like any
            // other.
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(FileError::new("read", path)(error).into()),
        }
        Ok(())
    };
    add(&layout.yours().join("Cargo.toml"))?;
    if dir.is_dir() {
        for file in files::walk(&dir, &is_no_source)? {
            add(&dir.join(file))?;
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// Files that cargo does not read: its own output, and leftovers of readers and editors.
pub(super) fn is_no_source(relative: &Path) -> bool {
    let name = relative.file_name().unwrap_or_default().to_string_lossy();
    name == "target"
        || name.starts_with('.')
        || name.ends_with('~')
        || name.contains(skeleton::YOURS)
}

/// One attempt. Returns `None` if the files changed while it compiled. In the first attempt, a file that
/// was written or replaced counts as changed although it has its old content again.
async fn once(
    layout: &Layout,
    exercise: &Exercise,
    limits: &Limits,
    revision: &str,
    first: bool,
) -> Result<Option<Verdict>, RunError> {
    let mut verdict = Verdict::empty(revision);
    if let Some(unfit) = missing_or_unfit(layout, exercise, &verdict) {
        return Ok(Some(unfit));
    }
    share_lock_file(layout, &layout.yours());
    let target = exercise.test_target();
    let Built { report, steady } = build(layout, exercise, limits).await?;
    verdict.cargo_ms = millis(report.took);
    let from_root = |text: &str| from_root(&layout.relative(text), exercise);
    verdict.diagnostics = from_root(&report.rendered(&exercise.package));
    if self::revision(layout, exercise)? != revision || (first && !steady) {
        return Ok(None);
    }
    let changed = Changed::find(layout, exercise, |file| has_error_in(&report, file));
    if report.timed_out {
        verdict.outcome = Outcome::TimedOut;
        verdict.diagnostics = format!(
            "cargo was still building after {} s: stopped",
            limits.build_time.as_secs()
        );
    } else if report.disk_is_full() {
        verdict.outcome = Outcome::ManifestBroken;
        if verdict.diagnostics.is_empty() {
            verdict.diagnostics = layout.relative(&report.complaint());
        }
        verdict.advice = Some(manifest::disk_is_full(layout));
    } else if report.lacks_linker() {
        verdict.outcome = Outcome::ManifestBroken;
        verdict.advice = Some(manifest::NO_LINKER.into());
    } else if report.gave_up() {
        verdict.outcome = Outcome::ManifestBroken;
        verdict.diagnostics = layout.relative(&report.complaint());
        verdict.advice = manifest::advice(layout, &verdict.diagnostics);
        verdict.next = manifest::next(layout, &verdict.diagnostics);
        changed.tell(layout, &mut verdict);
        verdict
            .advice
            .get_or_insert_with(|| manifest::NOT_YOUR_CODE.into());
    } else if !report.success {
        verdict.outcome = Outcome::BuildFailed;
        let test = exercise.dir(layout).join(&exercise.test);
        if changed.misleads() {
            // The errors may be in files that are as they should be.
        } else if let Some(other) = foreign_error(layout, exercise, &report) {
            let path = other.path(layout);
            verdict.advice = Some(foreign_advice(layout, &other));
            verdict.waits_for = Some(layout.show(&path));
            verdict.next =
                (!path.is_file()).then(|| format!("run {}", manifest::reset(layout, &path)));
        } else if !changed.has(&test) && has_error_in(&report, &exercise.test) {
            verdict.advice = Some(test_advice(layout, exercise));
        }
        changed.tell(layout, &mut verdict);
        if verdict.diagnostics.is_empty() {
            verdict.diagnostics = from_root(&report.complaint());
        }
    } else if let Some((_, binary)) = report.executables.iter().find(|(name, _)| *name == target) {
        let ran = libtest::run(
            binary,
            &exercise.dir(layout),
            &exercise.test,
            limits,
            &|_| true,
        )
        .await?;
        verdict.outcome = ran.outcome;
        verdict.tests = ran.tests;
        for message in verdict
            .tests
            .iter_mut()
            .filter_map(|test| test.message.as_mut())
        {
            *message = from_root(message);
        }
        verdict.stdout = ran.stdout;
        needs::tell(layout, exercise, &mut verdict);
        if verdict.advice.is_none() {
            verdict.advice = limits.advice(verdict.outcome, &verdict.tests);
        }
        if verdict.tests.is_empty() {
            verdict.advice = Some(format!(
                "{} has no tests left. {}",
                exercise.test.display(),
                manifest::restore(layout, &exercise.dir(layout).join(&exercise.test))
            ));
        }
        changed.tell(layout, &mut verdict);
    } else {
        return Err(RunError::NoBinary { target });
    }
    Ok(Some(verdict))
}

/// The verdict if cargo must not even start, because a file is missing or is no file with code.
fn missing_or_unfit(layout: &Layout, exercise: &Exercise, empty: &Verdict) -> Option<Verdict> {
    let (workspace, dir) = (layout.yours(), exercise.dir(layout));
    let mut needed = vec![
        exercise.path(layout),
        dir.join(&exercise.test),
        dir.join("Cargo.toml"),
        workspace.join("Cargo.toml"),
    ];
    let root = Path::new("src/lib.rs");
    let ours = layout.solutions().join(&exercise.folder).join(root);
    needed.extend(ours.is_file().then(|| dir.join(root)));
    let told = |diagnostics, advice, next: String| Verdict {
        outcome: Outcome::Missing,
        diagnostics,
        advice: Some(advice),
        next: Some(next),
        ..empty.clone()
    };
    // A server or a `watch` goes on if the reader renames or deletes what it works on.
    if !layout.is_there() {
        let gone = format!("the course is no longer in {}", layout.root().display());
        let next = "the folder was moved: end `cargo course`, and start it in the new place";
        return Some(told(gone, files::was_moved(layout.root()), next.into()));
    }
    let mut files = needed.iter();
    if let Some(folder) = files.find_map(|file| manifest::Gone::folder(layout, file)) {
        return Some(told(folder.what, folder.advice, folder.next));
    }
    let unfit = needed
        .iter()
        .find_map(|file| Unfit::new(file.clone()).or_else(|| Unfit::link(file.clone())));
    if let Some(unfit) = unfit.or_else(|| Unfit::find(layout, &exercise.folder)) {
        let (advice, next) = (unfit.advice(layout), unfit.next(layout));
        return Some(told(unfit.told(layout), advice, next));
    }
    let gone = needed.iter().find(|file| !file.is_file())?;
    // If the exercise's own file is missing, a reset takes no work away.
    let (command, advice) = if *gone == exercise.path(layout) {
        let command = format!("`cargo course reset {}`", exercise.id);
        let advice = format!(
            "{command} puts the start version in its place. It does not bring your own version back"
        );
        (command, advice)
    } else {
        (
            manifest::reset(layout, gone),
            manifest::restore(layout, gone),
        )
    };
    let gone = format!("{} is missing", layout.show(gone));
    Some(told(gone, advice, format!("run {command}")))
}

/// Builds the exercise's test without running it.
async fn build(layout: &Layout, exercise: &Exercise, limits: &Limits) -> Result<Built, RunError> {
    let args = cargo::test_args(exercise);
    let call = cargo::Call {
        args: &args.iter().map(String::as_str).collect::<Vec<_>>(),
        dir: &layout.yours(),
        target: &layout.exercises_target(),
        env: &[],
        time: limits.build_time,
    };
    let mut built = built::build(layout, &exercise.folder, &exercise.package, &call).await?;
    elsewhere::silence(layout, exercise, &mut built.report);
    Ok(built)
}

/// Copies the lock file of the root. Without it, cargo would ask the registry for versions again.
fn share_lock_file(layout: &Layout, workspace: &Path) {
    let (root, own) = (
        layout.root().join("Cargo.lock"),
        workspace.join("Cargo.lock"),
    );
    if !own.exists() {
        // Ignore errors. The copy only helps readers who are offline, and cargo can make its own.
        // It is written as a whole, because a full disk would leave half a lock file.
        if let Ok(content) = std::fs::read(root) {
            let _ = files::write_atomically(&own, &content);
        }
    }
}

/// All exercises of a chapter share one crate, so the error may be in the file of another exercise.
/// Returns that exercise.
fn foreign_error(layout: &Layout, exercise: &Exercise, report: &cargo::Report) -> Option<Exercise> {
    let own = |file: &str| {
        Path::new(file).ends_with(&exercise.file) || Path::new(file).ends_with(&exercise.test)
    };
    let errors = || report.messages.iter().filter(|message| message.is_error());
    if errors().flat_map(cargo::CompilerMessage::files).any(own) {
        return None;
    }
    let catalog = Catalog::load(layout).ok()?;
    let gone = |other: &&Exercise| !other.path(layout).is_file();
    if let Some(other) = catalog.in_folder(&exercise.folder).find(gone) {
        return Some(other.clone());
    }
    let other = catalog.in_folder(&exercise.folder).find(|other| {
        errors()
            .flat_map(cargo::CompilerMessage::files)
            .any(|file| Path::new(file).ends_with(&other.file))
    })?;
    Some(other.clone())
}

fn foreign_advice(layout: &Layout, other: &Exercise) -> String {
    let (file, id) = (other.file.display(), &other.id);
    let path = other.path(layout);
    if path.is_file() {
        format!(
            "the error is in {file}, the file of {id}. Fix it there, or run `cargo course reset {id}` (it keeps your version as a copy)"
        )
    } else if path.symlink_metadata().is_ok() {
        format!(
            "{file}, the file of {id}, is no file with code. {} puts the start version in its place, and keeps what is there \
             as a copy",
            manifest::reset(layout, &path)
        )
    } else {
        format!(
            "{file}, the file of {id}, is missing. `cargo course reset {id}` puts the start version in its place. It does \
             not bring your own version back"
        )
    }
}

fn has_error_in(report: &cargo::Report, file: &Path) -> bool {
    let errors = report.messages.iter().filter(|message| message.is_error());
    errors
        .flat_map(cargo::CompilerMessage::files)
        .any(|said| Path::new(said).ends_with(file))
}

/// The compiler may suggest a change of the test.
fn test_advice(layout: &Layout, exercise: &Exercise) -> String {
    let test = layout.show(&exercise.dir(layout).join(&exercise.test));
    let file = layout.show(&exercise.path(layout));
    format!(
        "{test} is the course's test and must stay as it is, whatever the compiler suggests. It does not fit \
         {file}: compare the names and the types there with those that the test uses"
    )
}

/// Adds the path from the root to the compiler's file names, so that a click in an editor's
/// terminal opens them.
fn from_root(text: &str, exercise: &Exercise) -> String {
    ["--> ", "::: ", "panicked at "]
        .iter()
        .fold(text.to_owned(), |text, before| {
            let dir = &exercise.folder;
            text.replace(&format!("{before}{dir}/"), &format!("{before}work/{dir}/"))
        })
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
