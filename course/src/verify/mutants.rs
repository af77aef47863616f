//! Checks that every plausible wrong answer compiles, and that the test which it names catches it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use diffy::patch_set::{FileOperation, ParseOptions, PatchKind, PatchSet};
use toml::Value;

use super::report::{Found, VerifyError, count, start_of};
use super::workshop::Workshop;
use crate::catalog::{Chapter, Exercise, Layout, Mutant, manifest};
use crate::files::{self, FileError};
use crate::runner::{Limits, TestStatus, libtest};

/// The smallest number of mutants of an exercise.
const AT_LEAST: usize = 3;
/// A mutant may loop forever. The time limit also catches it.
const TIME: Duration = Duration::from_secs(5);

/// Applies each mutant to a copy of the solution, and runs the test that should catch it.
pub(super) async fn prove(
    layout: &Layout,
    workshop: &Workshop,
    chapter: &Chapter,
) -> Result<Found, VerifyError> {
    let all = chapter
        .exercises
        .iter()
        .map(|exercise| exercise.mutants.len())
        .sum();
    let mut found = Found::proved(count(all, "mutant"));
    for exercise in &chapter.exercises {
        if exercise.mutants.len() < AT_LEAST {
            found.add(
                format!(
                    "{}: {} only",
                    exercise.id,
                    count(exercise.mutants.len(), "mutant")
                ),
                format!("add at least {AT_LEAST} plausible wrong answers"),
            );
        }
        let programs = without_programs(workshop, exercise)?;
        for mutant in &exercise.mutants {
            let patched = match patched(layout, exercise, mutant) {
                Ok(patched) => patched,
                Err(why) => {
                    found.add(
                        format!(
                            "{}: {} does not apply: {why}",
                            exercise.id,
                            mutant.patch.display()
                        ),
                        "create the patch again from the current solution (`git diff --no-index`)",
                    );
                    continue;
                }
            };
            one(workshop, exercise, mutant, &patched, &mut found).await?;
        }
        programs.now()?;
    }
    Ok(found)
}

/// Removes the programs from the manifest of the copy. Cargo builds all programs of a package for each
/// of its tests. Only a test that names the path of a program needs them.
fn without_programs(workshop: &Workshop, exercise: &Exercise) -> Result<Restore, VerifyError> {
    let dir = workshop.solutions().join(&exercise.folder);
    if files::read(&dir.join(&exercise.test))?.contains("CARGO_BIN_EXE_") {
        return Ok(Restore::replace(&dir, &[])?);
    }
    let mut manifest = manifest(&dir.join("Cargo.toml"))?;
    manifest.remove("bin");
    if let Some(package) = manifest.get_mut("package").and_then(Value::as_table_mut) {
        package.insert("autobins".into(), false.into());
    }
    let files = [("Cargo.toml".into(), manifest.to_string())];
    Ok(Restore::replace(&dir, &files)?)
}

/// The patched files: paths relative to the crate's directory, and texts.
type Patched = Vec<(PathBuf, String)>;

fn patched(layout: &Layout, exercise: &Exercise, mutant: &Mutant) -> Result<Patched, String> {
    let dir = layout.solutions().join(&exercise.folder);
    let text =
        files::read(&dir.join(&mutant.patch)).map_err(|error| super::report::chain(&error))?;
    let mut patched = Vec::new();
    let git = text.lines().any(|line| line.starts_with("diff --git "));
    let options = if git {
        ParseOptions::gitdiff()
    } else {
        ParseOptions::unidiff()
    };
    for patch in PatchSet::parse(&text, options) {
        let patch = patch.map_err(|error| error.to_string())?;
        let FileOperation::Modify { modified, .. } = patch.operation().strip_prefix(1) else {
            return Err("it does not modify a file".into());
        };
        let path = PathBuf::from(&*modified);
        if path != exercise.file {
            return Err(format!(
                "it changes {}, not {}",
                path.display(),
                exercise.file.display()
            ));
        }
        let PatchKind::Text(text) = patch.patch() else {
            return Err("it is not a patch of text".into());
        };
        let source = files::read(&dir.join(&path)).map_err(|error| super::report::chain(&error))?;
        let after = diffy::apply(&source, text).map_err(|error| error.to_string())?;
        patched.push((path, after));
    }
    if patched.is_empty() {
        Err("it is empty".into())
    } else {
        Ok(patched)
    }
}

async fn one(
    workshop: &Workshop,
    exercise: &Exercise,
    mutant: &Mutant,
    patched: &Patched,
    found: &mut Found,
) -> Result<(), VerifyError> {
    let workspace = workshop.solutions();
    let dir = workspace.join(&exercise.folder);
    let restore = Restore::replace(&dir, patched)?;
    let name = format!("{}: mutant {}", exercise.id, mutant.name);
    let target = exercise.test_target();
    let report = workshop.build(&workspace, exercise).await?;
    let Some((_, binary)) = report.executables.iter().find(|(name, _)| *name == target) else {
        let said = start_of(&report.rendered(&exercise.package), 20);
        found.add(
            format!("{name} does not compile\n{said}"),
            "choose another wrong answer, because the compiler already finds this one",
        );
        return Ok(());
    };
    let limits = Limits {
        test_time: TIME,
        ..Limits::default()
    }
    .for_exercise(exercise);
    let ran = libtest::run(binary, &dir, &exercise.test, &limits, &|test| {
        test == mutant.caught_by
    })
    .await?;
    match ran.tests.first().map(|test| test.status) {
        Some(TestStatus::Failed) => {}
        None => {
            let what = format!(
                "{name}: there is no test {:?} in {}",
                mutant.caught_by,
                exercise.test.display()
            );
            found.add(what, "name the test that catches it in `caught_by`");
        }
        Some(TestStatus::Ok | TestStatus::Ignored) => {
            let ran = libtest::run(binary, &dir, &exercise.test, &limits, &|_| true).await?;
            let catches: Vec<&str> = ran
                .tests
                .iter()
                .filter(|test| test.status == TestStatus::Failed)
                .map(|test| &*test.name)
                .collect();
            let advice = if catches.is_empty() {
                "no test catches it, so write one".to_owned()
            } else {
                format!("set `caught_by` to {}", catches.join(" or "))
            };
            found.add(
                format!("{name} is not caught by {}", mutant.caught_by),
                advice,
            );
        }
    }
    restore.now()?;
    Ok(())
}

/// Restores the files of the copy, even if the verifier is stopped in between.
pub(super) struct Restore {
    files: Vec<(PathBuf, String)>,
}

impl Restore {
    /// Replaces these files: path from `dir`, and text.
    pub fn replace(dir: &Path, patched: &[(PathBuf, String)]) -> Result<Self, FileError> {
        let mut restore = Self { files: Vec::new() };
        for (path, text) in patched {
            let path = dir.join(path);
            restore.files.push((path.clone(), files::read(&path)?));
            fs::write(&path, text).map_err(FileError::new("write", path))?;
        }
        Ok(restore)
    }

    /// Puts them back, and says if that fails.
    pub fn now(mut self) -> Result<(), FileError> {
        while let Some((path, text)) = self.files.pop() {
            fs::write(&path, text).map_err(FileError::new("write", path))?;
        }
        Ok(())
    }
}

impl Drop for Restore {
    fn drop(&mut self) {
        for (path, text) in &self.files {
            // If this fails, the next run writes the file again.
            let _ = fs::write(path, text);
        }
    }
}
