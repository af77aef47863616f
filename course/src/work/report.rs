//! The result of an update of `work/`, and the text that tells the reader.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::Changes;
use crate::catalog::Layout;

/// The report names this many files. If there are more, it only counts them.
const NAMED: usize = 4;

/// The result of an update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The folder was made.
    pub first: bool,
    /// Exercises whose file was gone. They have the one from the start again.
    pub restored: Vec<String>,
    /// Those of them that had work in their file: see [`with_progress`](Self::with_progress).
    pub lost: Vec<(String, Lost)>,
    /// Exercises that are new since the last time.
    pub new: Vec<String>,
    /// Exercises that the course has again, with the file that the reader has kept.
    pub back: Vec<String>,
    /// The same, without such a file.
    pub back_at_start: Vec<String>,
    /// Exercises with another id or another place than before.
    pub renamed: Vec<Renamed>,
    /// Exercises that changed after the reader began them. The reader's file is kept.
    pub changed: Vec<(String, Changes)>,
    /// Those of them that are filled with our solution: see [`with_progress`](Self::with_progress).
    pub filled: Vec<String>,
    /// Modules with our solution that the reader has not changed. They have our solution of today.
    pub filled_again: Vec<String>,
    /// Exercises that the course no longer has.
    pub gone: Vec<Gone>,
    /// Files that the reader had not changed. They are up to date now.
    pub updated: Vec<PathBuf>,
    /// Tests and manifests that the reader had changed, each with the path of the reader's version.
    pub replaced: Vec<(PathBuf, PathBuf)>,
    /// Files of the reader's own that had the name of a new exercise's file, each with the path of its copy.
    pub own: Vec<(PathBuf, PathBuf)>,
    /// Other files that the reader changed and that the course no longer has. They stay in their place.
    pub removed: Vec<PathBuf>,
    /// Work from elsewhere that was copied to its place.
    pub brought: Vec<Moved>,
    /// Work from elsewhere that was copied to `work/earlier/`.
    pub earlier: Vec<Moved>,
}

/// What was in a file that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// A solution of the reader's.
    Solved,
    /// An attempt of the reader's that has not passed its tests.
    Begun,
    /// Our solution of a module.
    Filled,
}

/// An exercise that has another id or another place than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// The id that it had, if it is another one now.
    pub from: Option<String>,
    /// Its id.
    pub to: String,
    /// Where the reader's file was, and where it is now.
    pub moved: Option<(PathBuf, PathBuf)>,
    /// The copy of what was in the new place before.
    pub kept: Option<PathBuf>,
    /// Where the kept versions of the reader's file were, and where they are now.
    pub copies: Vec<(PathBuf, PathBuf)>,
    /// The exercise was renamed earlier, and the file was saved in the former place again.
    pub again: bool,
    /// A file of the reader's that was not moved, and why.
    pub left: Option<(PathBuf, Stays)>,
}

/// Why a file of the reader's does not follow its exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stays {
    /// The exercise asks for something else now.
    OtherTask,
    /// The reader has changed the file in the new place too.
    BothChanged,
    /// In one of the two places there is a folder, or something that cannot be read.
    NoFile,
}

/// An exercise that the course no longer has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// The id that it had.
    pub id: String,
    /// The reader's file, which stays, if there is one.
    pub file: Option<PathBuf>,
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
    /// Another exercise has its place now.
    Exchanged,
}

impl Report {
    /// Adds what was in the files that were gone, and which changed exercises are filled with our solution, by
    /// the progress of the exercises.
    #[must_use]
    pub fn with_progress(mut self, lost: impl Fn(&str) -> Option<Lost>) -> Self {
        let changed = self.changed.iter().map(|(id, _)| id);
        let filled = changed.filter(|id| lost(id) == Some(Lost::Filled));
        self.filled = filled.cloned().collect();
        let restored = self.restored.iter();
        self.lost = restored
            .filter_map(|id| Some((id.clone(), lost(id)?)))
            .collect();
        self
    }

    /// Whether the text says no more than that the folder is new.
    pub fn is_greeting(&self) -> bool {
        self.first && self.lost.is_empty()
    }

    /// The text for the reader. `None` if nothing has to be said.
    pub fn told(&self, layout: &Layout) -> Option<String> {
        let mut out = String::new();
        let show = |path| layout.show(path);
        if self.is_greeting() {
            out.push_str(
                "Your exercises are in work/. Git ignores that folder, so `git pull` never touches your work.\n",
            );
        }
        out.push_str(&self.lost_told());
        for renamed in &self.renamed {
            out.push_str(&renamed.told(layout));
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
                    Some(Why::Exchanged) => "another exercise has this place now",
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
        let with_file = self.back.iter().map(|id| (id, ", with your file"));
        let at_start = self.back_at_start.iter().map(|id| (id, ""));
        for (id, with) in with_file.chain(at_start) {
            let _ = writeln!(out, "The exercise {id} is part of the course again{with}.");
        }
        out.push_str(&self.changed_told());
        // Without a record, nothing says who changed a file.
        let why = if self.first {
            "was not as the course has it. The course's version is in its place, and the other one"
        } else {
            "has changed, and you had changed it too. The new one is in its place, and yours"
        };
        for (path, kept) in &self.replaced {
            let _ = writeln!(out, "{} {why} is kept as {}.", show(path), show(kept));
        }
        for (path, kept) in &self.own {
            let _ = writeln!(
                out,
                "{} is the file of a new exercise. Your own file with this name is kept as {}.",
                show(path),
                show(kept)
            );
        }
        out.push_str(&self.files_told(layout));
        (!out.is_empty()).then(|| out.trim_end().to_owned())
    }
}

impl Report {
    fn changed_told(&self) -> String {
        let told = self.changed.iter().map(|(id, changes)| {
            if self.filled.contains(id) {
                return format!(
                    "{id} has changed since it was filled. `cargo course fill {id}` puts our new solution in place.\n"
                );
            }
            format!(
                "{id} has changed since you began it: {}. Your file is as you left it. `cargo course diff --skeleton {id}` \
                 shows what changed.\n",
                changes.told()
            )
        });
        told.collect()
    }

    /// The files that the course dropped, and those that it brought up to date.
    fn files_told(&self, layout: &Layout) -> String {
        let mut out = String::new();
        let show = |path| layout.show(path);
        for Gone { id, file } in &self.gone {
            let _ = write!(out, "The exercise {id} is no longer part of the course.");
            if let Some(file) = file {
                let _ = write!(out, " Your file {} stays where it is.", show(file));
            }
            out.push('\n');
        }
        for path in &self.removed {
            let _ = writeln!(
                out,
                "{} is no longer part of the course. Your file stays where it is.",
                show(path)
            );
        }
        if !self.updated.is_empty() {
            let files = count(self.updated.len(), "file");
            let _ = write!(out, "Updated {files} in work/ that you had not changed");
            if self.updated.len() <= NAMED {
                let names: Vec<_> = self.updated.iter().map(|path| show(path)).collect();
                let _ = write!(out, ": {}", names.join(", "));
            }
            out.push_str(".\n");
        }
        if !self.filled_again.is_empty() {
            let modules = self.filled_again.join(", ");
            let _ = writeln!(
                out,
                "Our solution has changed, and the new one is in its place: {modules}."
            );
        }
        if !self.new.is_empty() {
            let _ = writeln!(out, "New exercises: {}.", self.new.join(", "));
        }
        out
    }

    fn lost_told(&self) -> String {
        let with = |kind| {
            let of_kind = self.lost.iter().filter(move |(_, lost)| *lost == kind);
            of_kind.map(|(id, _)| id.as_str()).collect::<Vec<_>>()
        };
        let kinds = [
            (Lost::Solved, "solved"),
            (Lost::Begun, "begun"),
            (Lost::Filled, "filled with our solution"),
        ];
        let told: Vec<String> = kinds
            .into_iter()
            .map(|(kind, what)| (with(kind), what))
            .filter(|(ids, _)| !ids.is_empty())
            .map(|(ids, what)| format!("  {} {what}: {}\n", ids.len(), named(&ids)))
            .collect();
        if told.is_empty() {
            return String::new();
        }
        let mut out = format!(
            "Files were missing in work/. They are there again as they are at the start, without your work. By your progress, \
             you had worked on these:\n{}",
            told.concat()
        );
        if !with(Lost::Solved).is_empty() {
            out.push_str("`cargo course list` still calls those solved that you have solved. ");
        }
        out.push_str("If you have a copy of your files, put it back into work/.\n");
        out
    }
}

impl Renamed {
    /// Nothing has happened to its file yet.
    pub(super) fn new(from: Option<String>, to: &str) -> Self {
        Self {
            from,
            to: to.to_owned(),
            moved: None,
            kept: None,
            copies: Vec::new(),
            again: false,
            left: None,
        }
    }

    /// Whether the reader should hear of it.
    pub(super) fn is_news(&self) -> bool {
        let has_moved = self.moved.is_some() || !self.copies.is_empty();
        has_moved || self.left.is_some() || self.from.is_some()
    }

    fn told(&self, layout: &Layout) -> String {
        let Self {
            from,
            to,
            moved,
            kept,
            copies,
            again,
            left,
        } = self;
        let mut out = match from {
            Some(from) => format!("The exercise {from} is now {to}."),
            None if *again => format!(
                "The former file of {to} was saved again, perhaps by an editor that still has it open."
            ),
            None => format!("The file of {to} has another place now."),
        };
        let arrow = |(from, to): &(PathBuf, PathBuf)| {
            format!("{} -> {}", layout.show(from), layout.show(to))
        };
        if let Some(moved) = moved {
            let with_it = if *again { "" } else { " with it" };
            let _ = write!(out, " Your file was moved{with_it}: {}.", arrow(moved));
        }
        if let Some(kept) = kept {
            let _ = write!(
                out,
                " What was in the new place is kept as {}.",
                layout.show(kept)
            );
        }
        if !copies.is_empty() {
            let copies: Vec<String> = copies.iter().map(arrow).collect();
            let _ = write!(
                out,
                " Your kept versions were moved too: {}.",
                copies.join(", ")
            );
        }
        if let Some((file, why)) = left {
            let why = match why {
                Stays::OtherTask => "The new one asks for something else",
                Stays::BothChanged => "You have changed the file in the new place too",
                Stays::NoFile => "There is a folder, or a file that cannot be read",
            };
            let file = layout.show(file);
            let _ = write!(
                out,
                " {why}, so {file} stays where it is. No test reads it there."
            );
        }
        out.push('\n');
        out
    }
}

/// The first of these, and the number of the others.
fn named(all: &[&str]) -> String {
    let first = all[..all.len().min(NAMED)].join(", ");
    match all.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// `1 file`, `3 files`.
fn count(number: usize, thing: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{end}")
}
