//! The chapters and exercises of the course.
//!
//! [`Layout`] knows the paths. [`Catalog`] is read from the `exercises.toml` files of the
//! solutions, and finds exercises by id, chapter or order.

mod chapter;
mod error;
mod find;
mod layout;
mod load;
mod outline;
mod runtime;

use std::path::PathBuf;

pub use chapter::{Chapter, Crate, Exercise, Kind, Mutant, Settings};
pub use error::CatalogError;
pub use layout::Layout;
pub(crate) use load::manifest;
pub use outline::{Outline, Part};
pub use runtime::{Program, Runtime};

/// All chapters, in the book's order.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// The chapters, ordered by number.
    pub chapters: Vec<Chapter>,
    /// The packages of exercises, in the order of their folders.
    pub crates: Vec<Crate>,
    /// The reader's runtime, if the course has one.
    pub runtime: Option<Runtime>,
    /// The parts of the book.
    pub outline: Outline,
}

impl Catalog {
    /// Reads every `exercises.toml` of `solutions/`.
    pub fn load(layout: &Layout) -> Result<Self, CatalogError> {
        load::all(layout)
    }

    /// Every exercise, in the book's order.
    pub fn exercises(&self) -> impl Iterator<Item = &Exercise> {
        self.chapters.iter().flat_map(|chapter| &chapter.exercises)
    }

    /// The exercise with this id. The error suggests similar ids.
    pub fn exercise(&self, id: &str) -> Result<&Exercise, CatalogError> {
        find::exercise(self, id)
    }

    /// The exercises that a word names: one id, or a whole chapter (`02`, `02-generators`,
    /// `generators`).
    pub fn select(&self, word: &str) -> Result<Vec<&Exercise>, CatalogError> {
        find::select(self, word)
    }

    /// The chapter that a word names (`02`, `2`, `02-generators`, `generators`).
    pub fn chapter(&self, word: &str) -> Result<&Chapter, CatalogError> {
        find::chapter(self, word)
    }

    /// The exercises of one package, in the book's order.
    pub fn in_folder<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a Exercise> {
        self.exercises()
            .filter(move |exercise| exercise.folder == folder)
    }

    /// The directories with the reader's files: `work/`, and each of its packages that is a link to
    /// another place.
    pub fn work_dirs(&self, layout: &Layout) -> Vec<PathBuf> {
        let folders = self
            .crates
            .iter()
            .map(|one| layout.yours().join(&one.folder));
        let linked = folders.filter(|folder| folder.is_symlink() && folder.is_dir());
        std::iter::once(layout.yours()).chain(linked).collect()
    }

    /// Whether the course on the disk still has this exercise with these files. A pull may have changed it while
    /// its tests ran.
    pub fn still_has(layout: &Layout, exercise: &Exercise) -> bool {
        let now = Self::load(layout);
        now.is_ok_and(|catalog| {
            let mut exercises = catalog.exercises();
            exercises.any(|one| {
                one.id == exercise.id
                    && one.folder == exercise.folder
                    && one.file == exercise.file
                    && one.test == exercise.test
            })
        })
    }

    /// The modules that these ids need, also those that only the needed ones use. In the book's order.
    pub fn needs(&self, uses: &[String]) -> Vec<&Exercise> {
        let mut needed: Vec<&str> = Vec::new();
        let mut waiting: Vec<&str> = uses.iter().map(String::as_str).collect();
        while let Some(id) = waiting.pop() {
            if needed.contains(&id) {
                continue;
            }
            needed.push(id);
            let used = self.exercises().filter(|exercise| exercise.id == id);
            waiting.extend(used.flat_map(|exercise| &exercise.uses).map(String::as_str));
        }
        self.exercises()
            .filter(|exercise| needed.contains(&&*exercise.id))
            .collect()
    }
}
