//! A chapter and its exercises. `solutions/NN-name/exercises.toml` and the manifests define them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Layout;

/// A chapter of the book.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// The name of the directory in `chapters/`, `solutions/` and `exercises/`: `02-generators`.
    pub dir: String,
    /// The package of the chapter's crate: `generators`.
    pub package: String,
    /// Its own exercises in the order of their file, then the modules of the reader's runtime that it introduces.
    pub exercises: Vec<Exercise>,
}

/// A package of exercises: one folder of `solutions/`, `exercises/` and `work/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crate {
    /// The folder's name: `02-generators`, `my-runtime`.
    pub folder: String,
    /// The package of the reader's skeletons: `generators-exercises`, `my-runtime`.
    pub exercises_package: String,
    /// The package of the solutions: `generators-solutions`, `my-runtime-solutions`.
    pub solutions_package: String,
}

/// One exercise.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// The id, which never changes: `generators/tree-walk`.
    pub id: String,
    /// The directory of the chapter that introduces it: `02-generators`.
    pub chapter: String,
    /// The folder of its package: the chapter's, or `my-runtime`.
    pub folder: String,
    /// The package that the reader edits: `generators-exercises`.
    pub package: String,
    /// The title for people.
    pub title: String,
    /// What kind of work the exercise is.
    pub kind: Kind,
    /// How many minutes it takes.
    pub minutes: u32,
    /// The file that the reader edits, relative to the crate's directory: `src/tree_walk.rs`.
    pub file: PathBuf,
    /// The test file, relative to the crate's directory: `tests/tree_walk.rs`.
    pub test: PathBuf,
    /// The task, in Markdown.
    pub summary: String,
    /// Three hints: a question, the idea, the code.
    pub hints: [String; 3],
    /// Plausible wrong answers. A named test catches each.
    pub mutants: Vec<Mutant>,
    /// The module of the reader's runtime that it builds: `deadlines`.
    pub module: Option<String>,
    /// What the reader's runtime can do with this module: `sleep`.
    pub can: Option<String>,
    /// The exercises whose modules its tests use.
    pub uses: Vec<String>,
    /// The test that its skeleton must fail.
    pub fails: Option<String>,
    /// Ids that it had before. Progress under them counts for this one.
    pub formerly: Vec<String>,
    /// Places that its file had before, from `exercises/`: `01-waiting/src/deadlines.rs`.
    pub formerly_at: Vec<PathBuf>,
    /// How its tests are built and how long they may take.
    pub settings: Settings,
}

/// How an exercise's tests are built and how long they may take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Features of its package: `loom`.
    pub features: Vec<String>,
    /// Built with optimizations.
    pub release: bool,
    /// The time for all its tests together, where the usual time is too short.
    pub seconds: Option<u64>,
}

impl Settings {
    /// The arguments that cargo needs for them.
    pub fn cargo_args(&self) -> Vec<String> {
        let mut args = Vec::new();
        if self.release {
            args.push("--release".to_owned());
        }
        if !self.features.is_empty() {
            args.push(format!("--features={}", self.features.join(",")));
        }
        args
    }
}

/// The kind of an exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Add a feature to the chapter's code.
    Extend,
    /// Find the bug and fix it.
    Mend,
    /// Apply the idea to a new case.
    Move,
    /// Write a part of your own runtime.
    Build,
}

/// A plausible wrong answer, stored as a patch to the solution.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutant {
    /// The name: `forgets-the-right-subtree`.
    pub name: String,
    /// The belief of a reader who writes this answer.
    pub belief: String,
    /// The path of the patch, relative to the solution's directory.
    pub patch: PathBuf,
    /// The test that must fail.
    pub caught_by: String,
}

impl Exercise {
    /// The directory of the crate that the reader edits.
    pub fn dir(&self, layout: &Layout) -> PathBuf {
        layout.yours().join(&self.folder)
    }

    /// The file that the reader edits.
    pub fn path(&self, layout: &Layout) -> PathBuf {
        self.dir(layout).join(&self.file)
    }

    /// The path of the same file in the solution.
    pub fn solution_path(&self, layout: &Layout) -> PathBuf {
        layout.solutions().join(&self.folder).join(&self.file)
    }

    /// Cargo's name for the test file: `tree_walk`.
    pub fn test_target(&self) -> String {
        self.test
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    }
}

impl Kind {
    /// The name in `exercises.toml`: `extend`, `mend`, `move`, `build`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Extend => "extend",
            Self::Mend => "mend",
            Self::Move => "move",
            Self::Build => "build",
        }
    }
}
