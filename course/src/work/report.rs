//! The result of an update of `work/`, and the text that tells the reader.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::catalog::Layout;

/// The result of an update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The folder was made.
    pub first: bool,
    /// Exercises that are new since the last time.
    pub new: Vec<String>,
    /// Exercises that changed while the reader's file is kept.
    pub changed: Vec<String>,
    /// Files that the reader had not changed. They are up to date now.
    pub updated: Vec<PathBuf>,
    /// Tests and manifests that the reader had changed, each with the path of the reader's version.
    pub replaced: Vec<(PathBuf, PathBuf)>,
    /// Files that the reader changed and that the course no longer has. They stay in their place.
    pub removed: Vec<PathBuf>,
    /// Work from elsewhere that was copied to its place.
    pub brought: Vec<Moved>,
    /// Work from elsewhere that was copied to `work/earlier/`.
    pub earlier: Vec<Moved>,
}

/// A file of the reader's that was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The file, which stays there.
    pub from: PathBuf,
    /// The copy.
    pub to: PathBuf,
    /// Why it is in `work/earlier/`, if it is.
    pub why: Option<Why>,
}

/// Why a file is set aside in `work/earlier/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The course has no such exercise any more.
    Gone,
    /// Its place already has another version of the reader.
    Taken,
    /// It has the marks of a conflict that git could not merge.
    Conflict,
    /// It is a test or a manifest. The course writes those itself.
    Generated,
}

impl Report {
    /// The text for the reader. `None` if nothing has to be said.
    pub fn told(&self, layout: &Layout) -> Option<String> {
        let mut out = String::new();
        let show = |path| layout.show(path);
        if self.first {
            out.push_str(
                "Your exercises are in work/. Git ignores that folder, so `git pull` never touches your work.\n",
            );
        }
        if !self.brought.is_empty() {
            out.push_str("Your work was copied to its new place. Edit it there from now on:\n");
            for moved in &self.brought {
                let _ = writeln!(out, "  {} -> {}", show(&moved.from), show(&moved.to));
            }
        }
        if !self.earlier.is_empty() {
            out.push_str("These files of yours were not put into their place. Copies are kept in work/earlier/:\n");
            for moved in &self.earlier {
                let why = match moved.why {
                    Some(Why::Taken) => "work/ has another version of yours",
                    Some(Why::Generated) => "the course writes this file itself",
                    Some(Why::Conflict) => "git left the marks of a conflict in it",
                    Some(Why::Gone) | None => "no exercise has this file any more",
                };
                let _ = writeln!(
                    out,
                    "  {} -> {} ({why})",
                    show(&moved.from),
                    show(&moved.to)
                );
            }
        }
        let from_exercises = self.brought.iter().chain(&self.earlier);
        if from_exercises
            .into_iter()
            .any(|moved| moved.from.starts_with(layout.exercises()))
        {
            out.push_str(
                "`git restore exercises` puts exercises/ back, so that `git pull` finds nothing to merge. work/ keeps \
                 your versions.\n",
            );
        }
        for id in &self.changed {
            let _ = writeln!(
                out,
                "{id} has changed since you began it. Your file is kept as it is. `cargo course reset {id}` sets your \
                 file aside and puts the new version in its place."
            );
        }
        for (path, kept) in &self.replaced {
            let _ = writeln!(
                out,
                "{} has changed, and you had changed it too. The new one is in its place, and yours is kept as {}.",
                show(path),
                show(kept)
            );
        }
        for path in &self.removed {
            let _ = writeln!(
                out,
                "{} is no longer part of the course. Your file stays where it is.",
                show(path)
            );
        }
        if !self.updated.is_empty() {
            let files = match self.updated.len() {
                1 => "1 file".to_owned(),
                n => format!("{n} files"),
            };
            let _ = writeln!(out, "Updated {files} in work/ that you had not changed.");
        }
        if !self.new.is_empty() {
            let _ = writeln!(out, "New exercises: {}.", self.new.join(", "));
        }
        (!out.is_empty()).then(|| out.trim_end().to_owned())
    }
}
