//! What an expansion can look up: files of the repository, exercises, the glossary.

use std::{
    fs,
    path::{Component, Path},
};

use super::{glossary::Glossary, problem::Fault};
use crate::catalog::{Catalog, CatalogError, Exercise, Layout};

/// The kind of reader that the pages are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// `cargo course` serves them, and runs blocks and exercises.
    Local,
    /// No server of ours is behind them: the web, or a file on a disk.
    Published,
}

/// The repository, as the pages use it.
#[derive(Debug)]
pub struct Site {
    layout: Layout,
    face: Face,
    catalog: Catalog,
    glossary: Glossary,
}

impl Site {
    /// Loads the repository's current exercises and glossary.
    pub fn load(layout: &Layout, face: Face) -> Result<Self, CatalogError> {
        // If the glossary's page is missing, every term on a page is reported as unknown.
        let page = layout.book().join("src").join("glossary.md");
        let glossary = fs::read_to_string(page).unwrap_or_default();
        Ok(Self {
            layout: layout.clone(),
            face,
            catalog: Catalog::load(layout)?,
            glossary: Glossary::read(&glossary),
        })
    }

    /// The kind of reader that the pages are made for.
    pub fn face(&self) -> Face {
        self.face
    }

    /// The paths of the repository.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Reads a file that a directive names. Line ends become `\n`, so a checkout on Windows builds
    /// the same pages.
    pub fn read(&self, path: &str) -> Result<String, Fault> {
        let relative = Path::new(path);
        if path.is_empty()
            || !relative
                .components()
                .all(|part| matches!(part, Component::Normal(_)))
        {
            return Err(Fault::OutsidePath(path.into()));
        }
        let text = fs::read_to_string(self.layout.root().join(relative));
        let text = text.map_err(|e| Fault::Unreadable {
            path: path.into(),
            why: e.to_string(),
        })?;
        Ok(if text.contains('\r') {
            text.replace("\r\n", "\n")
        } else {
            text
        })
    }

    /// The exercise with exactly this id.
    pub fn exercise(&self, id: &str) -> Result<&Exercise, Fault> {
        let found = self.catalog.exercises().find(|exercise| exercise.id == id);
        let known = || {
            self.catalog
                .exercises()
                .map(|exercise| exercise.id.clone())
                .collect()
        };
        found.ok_or_else(|| Fault::NoExercise {
            id: id.into(),
            known: known(),
        })
    }

    /// All exercises, and the parts of the book.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The terms that the book explains.
    pub fn glossary(&self) -> &Glossary {
        &self.glossary
    }

    /// The directories of the chapters, in the book's order.
    pub fn chapters(&self) -> impl Iterator<Item = &str> {
        self.catalog.chapters.iter().map(|chapter| &*chapter.dir)
    }

    /// The chapter of a page: the name of its directory under `chapters/`.
    pub fn chapter_of(&self, page: &str) -> Option<String> {
        let stem = Path::new(page).file_stem()?.to_str()?;
        self.layout
            .chapters()
            .join(stem)
            .join("Cargo.toml")
            .is_file()
            .then(|| stem.to_owned())
    }
}
