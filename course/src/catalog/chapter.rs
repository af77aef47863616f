//! A chapter and its exercises. `solutions/NN-name/exercises.toml` and the manifests define them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{CatalogError, Layout};
use crate::files::{self, FileError};

/// A chapter of the book.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// The name of the directory in `chapters/`, `solutions/` and `exercises/`: `02-generators`.
    pub dir: String,
    /// The package of the chapter's crate: `generators`.
    pub package: String,
    /// The package of the reader's skeletons: `generators-exercises`.
    pub exercises_package: String,
    /// The package of the solutions: `generators-solutions`.
    pub solutions_package: String,
    /// The exercises in the order of the page.
    pub exercises: Vec<Exercise>,
}

/// One exercise.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// The id, which never changes: `generators/tree-walk`.
    pub id: String,
    /// The chapter's directory: `02-generators`.
    pub chapter: String,
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
        layout.exercises().join(&self.chapter)
    }

    /// The file that the reader edits.
    pub fn path(&self, layout: &Layout) -> PathBuf {
        self.dir(layout).join(&self.file)
    }

    /// The path of the same file in the solution.
    pub fn solution_path(&self, layout: &Layout) -> PathBuf {
        layout.solutions().join(&self.chapter).join(&self.file)
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExercisesToml {
    #[serde(default)]
    exercise: Vec<ExerciseToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExerciseToml {
    id: String,
    title: String,
    kind: Kind,
    minutes: u32,
    file: PathBuf,
    test: PathBuf,
    summary: String,
    hints: [String; 3],
    #[serde(default)]
    mutants: Vec<Mutant>,
}

#[derive(Deserialize)]
struct Manifest {
    package: Package,
}

#[derive(Deserialize)]
struct Package {
    name: String,
}

/// Reads every chapter that has a directory in `solutions/`.
pub(super) fn load_all(layout: &Layout) -> Result<Vec<Chapter>, CatalogError> {
    let solutions = layout.solutions();
    let mut dirs = Vec::new();
    for entry in fs::read_dir(&solutions).map_err(FileError::new("read", &solutions))? {
        let entry = entry.map_err(FileError::new("read", &solutions))?;
        if entry.path().join("Cargo.toml").is_file() {
            dirs.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    // The names begin with two digits, so the alphabetical order is the book's order.
    dirs.sort();
    let chapters = dirs
        .into_iter()
        .map(|dir| load(layout, dir))
        .collect::<Result<Vec<_>, _>>()?;

    let mut seen = BTreeSet::new();
    for chapter in &chapters {
        for exercise in &chapter.exercises {
            if !seen.insert(&exercise.id) {
                return Err(CatalogError::Invalid {
                    path: solutions.join(&chapter.dir).join("exercises.toml"),
                    problem: format!("the id {:?} is used twice", exercise.id),
                });
            }
        }
    }
    Ok(chapters)
}

fn load(layout: &Layout, dir: String) -> Result<Chapter, CatalogError> {
    let solution = layout.solutions().join(&dir);
    let solutions_package = package_name(&solution.join("Cargo.toml"))?;
    let stem = solutions_package
        .strip_suffix("-solutions")
        .unwrap_or(&solutions_package);
    let exercises_package = format!("{stem}-exercises");
    let package = package_name(&layout.chapters().join(&dir).join("Cargo.toml"))?;

    let path = solution.join("exercises.toml");
    let stated: ExercisesToml = if path.exists() {
        parse(&path)?
    } else {
        ExercisesToml {
            exercise: Vec::new(),
        }
    };
    let mut exercises = Vec::new();
    for stated in stated.exercise {
        check(&stated).map_err(|problem| CatalogError::Invalid {
            path: path.clone(),
            problem,
        })?;
        exercises.push(Exercise {
            id: stated.id,
            chapter: dir.clone(),
            package: exercises_package.clone(),
            title: stated.title,
            kind: stated.kind,
            minutes: stated.minutes,
            file: stated.file,
            test: stated.test,
            summary: stated.summary,
            hints: stated.hints,
            mutants: stated.mutants,
        });
    }
    Ok(Chapter {
        dir,
        package,
        exercises_package,
        solutions_package,
        exercises,
    })
}

/// Checks the id and the paths. The id becomes part of web addresses and of the progress file, and
/// we join the paths to directories, so both may contain only harmless characters.
fn check(stated: &ExerciseToml) -> Result<(), String> {
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    let parts: Vec<_> = stated.id.split('/').collect();
    if parts.len() != 2 || !parts.iter().all(|part| plain(part)) {
        return Err(format!(
            "the id {:?} is not of the form `chapter/exercise` in lower case",
            stated.id
        ));
    }
    let inside = |path: &Path| {
        path.components()
            .all(|c| matches!(c, std::path::Component::Normal(_)))
    };
    let patches = stated.mutants.iter().map(|mutant| &mutant.patch);
    match [&stated.file, &stated.test]
        .into_iter()
        .chain(patches)
        .find(|path| !inside(path))
    {
        Some(path) => Err(format!(
            "{}: the path {} leaves the crate",
            stated.id,
            path.display()
        )),
        None => Ok(()),
    }
}

fn package_name(manifest: &Path) -> Result<String, CatalogError> {
    parse::<Manifest>(manifest).map(|manifest| manifest.package.name)
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, CatalogError> {
    let text = files::read(path)?;
    toml::from_str(&text).map_err(|source| CatalogError::Toml {
        path: path.to_owned(),
        source: Box::new(source),
    })
}
