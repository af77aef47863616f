//! The paths of the clone.

use std::path::{Path, PathBuf};

use super::CatalogError;

/// The directories of one clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    root: PathBuf,
    /// Another directory instead of `work/`.
    yours: Option<PathBuf>,
}

impl Layout {
    /// The layout for a known root.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            yours: None,
        }
    }

    /// The same clone with the reader's files in another directory, for grading.
    #[must_use]
    pub fn with_exercises_in(&self, dir: &Path) -> Self {
        Self {
            root: self.root.clone(),
            yours: Some(dir.to_owned()),
        }
    }

    /// Whether the reader's files are in another directory than `work/`.
    pub fn is_a_copy(&self) -> bool {
        self.yours.is_some()
    }

    /// Searches for the root, from `start` upwards.
    pub fn find(start: &Path) -> Result<Self, CatalogError> {
        let is_root =
            |dir: &Path| dir.join("Cargo.toml").is_file() && dir.join("solutions").is_dir();
        let no_course = || CatalogError::NoCourse {
            start: start.to_owned(),
        };
        let root = start.ancestors().find(|dir| is_root(dir));
        let root = root.ok_or_else(no_course)?.to_owned();
        match root.to_str() {
            Some(_) => Ok(Self::at(root)),
            // Cargo's messages name files as text, and so do our answers.
            None => Err(CatalogError::NoText { root }),
        }
    }

    /// Whether the clone is still there. A compiler or an editor may make parts of a folder again that was
    /// moved.
    pub fn is_there(&self) -> bool {
        self.root.join("Cargo.toml").is_file() && self.solutions().is_dir()
    }

    /// The root of the clone.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `chapters/`
    pub fn chapters(&self) -> PathBuf {
        self.root.join("chapters")
    }

    /// `solutions/`
    pub fn solutions(&self) -> PathBuf {
        self.root.join("solutions")
    }

    /// `exercises/`: the skeletons, as they are before a reader changes them.
    pub fn exercises(&self) -> PathBuf {
        self.root.join("exercises")
    }

    /// `work/`, where the reader's files live. Git ignores it.
    pub fn yours(&self) -> PathBuf {
        let work = || self.root.join("work");
        self.yours.clone().unwrap_or_else(work)
    }

    /// `work/earlier/`, for work of the reader's that has no other place.
    pub fn earlier(&self) -> PathBuf {
        self.yours().join("earlier")
    }

    /// `work/.skeletons/`: the files of the course that the reader began with.
    pub fn starts(&self) -> PathBuf {
        self.yours().join(".skeletons")
    }

    /// `book/`
    pub fn book(&self) -> PathBuf {
        self.root.join("book")
    }

    /// The page of a chapter.
    pub fn page(&self, chapter: &str) -> PathBuf {
        self.book().join("src").join(format!("{chapter}.md"))
    }

    /// `target/exercises/`, where we build the exercises. It is separate from the root's `target/`,
    /// so that `cargo test` and a running exercise do not wait for each other.
    pub fn exercises_target(&self) -> PathBuf {
        self.root.join("target").join("exercises")
    }

    /// `target/course/`, the tool's own working directory. You can delete it safely.
    pub fn work(&self) -> PathBuf {
        self.root.join("target").join("course")
    }

    /// `progress.txt`
    pub fn progress(&self) -> PathBuf {
        self.root.join("progress.txt")
    }

    /// Shortens the paths in a text, so that they start at the root.
    pub fn relative(&self, text: &str) -> String {
        let root = format!("{}{}", self.root.display(), std::path::MAIN_SEPARATOR);
        text.replace(&root, "")
    }

    /// A path for the reader: from the root, with forward slashes.
    pub fn show(&self, path: &Path) -> String {
        let copied = self
            .yours
            .as_ref()
            .and_then(|copy| path.strip_prefix(copy).ok());
        let path = copied.map_or_else(|| path.to_owned(), |path| self.root.join("work").join(path));
        let relative = path.strip_prefix(&self.root).unwrap_or(&path);
        relative.display().to_string().replace('\\', "/")
    }
}
