//! Which chapters and exercises there are.
//!
//! [`Layout`] knows where everything lies; [`Catalog`] is read from the
//! solutions' `exercises.toml` files and answers by id, chapter or order.

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
    /// In order of their numbers.
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

    /// The exercise of this id; the error names the nearest ones.
    pub fn exercise(&self, id: &str) -> Result<&Exercise, CatalogError> {
        find::exercise(self, id)
    }

    /// The exercises that a word names: one id, or all of a chapter (`02`, `02-generators`, `generators`).
    pub fn select(&self, word: &str) -> Result<Vec<&Exercise>, CatalogError> {
        find::select(self, word)
    }

    /// The chapter that a word names (`02`, `2`, `02-generators`, `generators`).
    pub fn chapter(&self, word: &str) -> Result<&Chapter, CatalogError> {
        find::chapter(self, word)
    }

    /// The chapter that an exercise belongs to.
    pub fn chapter_of(&self, exercise: &Exercise) -> Option<&Chapter> {
        self.chapters
            .iter()
            .find(|chapter| chapter.dir == exercise.chapter)
    }
}
