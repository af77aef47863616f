//! What an expansion may look up: files under the repository's root, and the exercises.

use std::{
    collections::BTreeMap,
    fs,
    path::{Component, Path, PathBuf},
};

use super::problem::Fault;

/// What a page says about an exercise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// Its title.
    pub title: String,
    /// `extend`, `mend`, `move` or `build`.
    pub kind: String,
    /// How long it takes.
    pub minutes: u32,
    /// The file to edit, relative to the root.
    pub file: String,
    /// The file of its tests, relative to the root.
    pub test: String,
    /// What to do, in Markdown.
    pub summary: String,
}

/// The repository as pages see it.
#[derive(Debug)]
pub struct Site {
    root: PathBuf,
    exercises: BTreeMap<String, Panel>,
}

impl Site {
    /// The repository at `root`, with the exercises that its pages may show.
    pub fn new(root: impl Into<PathBuf>, exercises: BTreeMap<String, Panel>) -> Self {
        Self { root: root.into(), exercises }
    }

    /// The repository's root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The text of a file that a directive names. Line ends are made `\n`, so that a checkout on
    /// Windows gives the same pages.
    pub fn read(&self, path: &str) -> Result<String, Fault> {
        let relative = Path::new(path);
        if path.is_empty() || !relative.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(Fault::OutsidePath(path.into()));
        }
        let text = fs::read_to_string(self.root.join(relative));
        let text = text.map_err(|e| Fault::Unreadable { path: path.into(), why: e.to_string() })?;
        Ok(if text.contains('\r') { text.replace("\r\n", "\n") } else { text })
    }

    /// The exercise with this id.
    pub fn exercise(&self, id: &str) -> Result<&Panel, Fault> {
        let known = || self.exercises.keys().cloned().collect();
        self.exercises.get(id).ok_or_else(|| Fault::NoExercise { id: id.into(), known: known() })
    }

    /// The chapter that a page belongs to: the directory of its name under `chapters/`.
    pub fn chapter_of(&self, page: &str) -> Option<String> {
        let stem = Path::new(page).file_stem()?.to_str()?;
        self.root.join("chapters").join(stem).join("Cargo.toml").is_file().then(|| stem.to_owned())
    }
}
