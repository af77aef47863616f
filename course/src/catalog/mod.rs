//! The chapters and exercises of the course.
//!
//! [`Layout`] knows the paths. [`Catalog`] is read from the `exercises.toml` files of the
//! solutions, and finds exercises by id, chapter or order.

mod chapter;
mod error;
mod find;
mod layout;

pub use chapter::{Chapter, Exercise, Kind, Mutant};
pub use error::CatalogError;
pub use layout::Layout;

/// All chapters, in the book's order.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// The chapters, ordered by number.
    pub chapters: Vec<Chapter>,
}

impl Catalog {
    /// Reads every `solutions/NN-name/exercises.toml`.
    pub fn load(layout: &Layout) -> Result<Self, CatalogError> {
        chapter::load_all(layout).map(|chapters| Self { chapters })
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

    /// The chapter of an exercise.
    pub fn chapter_of(&self, exercise: &Exercise) -> Option<&Chapter> {
        self.chapters
            .iter()
            .find(|chapter| chapter.dir == exercise.chapter)
    }
}
