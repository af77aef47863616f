//! The catalog read from the solutions' `exercises.toml` files and manifests.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use super::outline::Outline;
use super::runtime::{Program, Runtime};
use super::{Catalog, CatalogError, Chapter, Crate, Exercise, Kind, Layout, Mutant, Settings};
use crate::files::{self, FileError};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExercisesToml {
    /// The modules of the reader's runtime, written and planned.
    #[serde(default)]
    modules: Vec<String>,
    #[serde(default)]
    exercise: Vec<ExerciseToml>,
    #[serde(default)]
    program: Vec<ProgramToml>,
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
    chapter: Option<String>,
    can: Option<String>,
    #[serde(default)]
    uses: Vec<String>,
    fails: Option<String>,
    #[serde(default)]
    formerly: Vec<String>,
    #[serde(default)]
    formerly_at: Vec<PathBuf>,
    #[serde(default)]
    features: Vec<String>,
    #[serde(default)]
    release: bool,
    seconds: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProgramToml {
    name: String,
    #[serde(default)]
    uses: Vec<String>,
    can: Option<String>,
}

#[derive(Deserialize)]
struct Manifest {
    package: Package,
}

#[derive(Deserialize)]
struct Package {
    name: String,
}

/// Reads everything below `solutions/`.
pub(super) fn all(layout: &Layout) -> Result<Catalog, CatalogError> {
    let solutions = layout.solutions();
    let mut folders = Vec::new();
    for entry in fs::read_dir(&solutions).map_err(FileError::new("read", &solutions))? {
        let entry = entry.map_err(FileError::new("read", &solutions))?;
        if entry.path().join("Cargo.toml").is_file() {
            folders.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    // The chapters begin with two digits, and the reader's runtime comes last.
    folders.sort();
    let mut catalog = Catalog {
        chapters: Vec::new(),
        crates: Vec::new(),
        runtime: None,
        outline: Outline::read(layout),
    };
    for folder in folders {
        add(layout, folder, &mut catalog)?;
    }
    for chapter in &mut catalog.chapters {
        order_as_on_the_page(layout, chapter);
    }
    // Two pages of one chapter have the same number, so the names alone do not give the book's order.
    let outline = &catalog.outline;
    let chapters = &mut catalog.chapters;
    chapters.sort_by_key(|chapter| outline.position(&chapter.dir).unwrap_or(usize::MAX));
    check_references(layout, &catalog)?;
    Ok(catalog)
}

/// Puts a chapter's exercises into the order in which its page shows them. The reader meets them
/// in this order, so `watch` and `next` must follow it too.
fn order_as_on_the_page(layout: &Layout, chapter: &mut Chapter) {
    // Without a page, they stay in the order of their files.
    let page = fs::read_to_string(layout.page(&chapter.dir)).unwrap_or_default();
    let place = |exercise: &Exercise| page.find(&format!("{{{{#exercise {}}}}}", exercise.id));
    chapter
        .exercises
        .sort_by_key(|exercise| place(exercise).unwrap_or(usize::MAX));
}

/// Adds one folder of `solutions/`: its package, and its exercises to their chapters.
fn add(layout: &Layout, folder: String, catalog: &mut Catalog) -> Result<(), CatalogError> {
    let solution = layout.solutions().join(&folder);
    let solutions_package = package_name(&solution.join("Cargo.toml"))?;
    let stem = solutions_package
        .strip_suffix("-solutions")
        .unwrap_or(&solutions_package);
    let is_runtime = folder == Runtime::FOLDER;
    let exercises_package = if is_runtime {
        stem.to_owned()
    } else {
        format!("{stem}-exercises")
    };
    let path = solution.join("exercises.toml");
    let stated: ExercisesToml = if path.exists() {
        parse(&path)?
    } else {
        ExercisesToml::default()
    };
    let invalid = |problem: String| CatalogError::Invalid {
        path: path.clone(),
        problem,
    };
    if !is_runtime {
        let package = package_name(&layout.chapters().join(&folder).join("Cargo.toml"))?;
        catalog.chapters.push(Chapter {
            dir: folder.clone(),
            package,
            exercises: Vec::new(),
        });
        if !stated.modules.is_empty() || !stated.program.is_empty() {
            return Err(invalid(format!(
                "`modules` and `program` belong into solutions/{}/exercises.toml",
                Runtime::FOLDER
            )));
        }
    }
    for stated_one in stated.exercise {
        check(&stated_one, is_runtime, &stated.modules).map_err(&invalid)?;
        let dir = stated_one.chapter.clone().unwrap_or_else(|| folder.clone());
        let Some(chapter) = catalog
            .chapters
            .iter_mut()
            .find(|chapter| chapter.dir == dir)
        else {
            return Err(invalid(format!(
                "{}: there is no chapter {dir:?} in solutions/",
                stated_one.id
            )));
        };
        let exercise = exercise(stated_one, &dir, &folder, &exercises_package, is_runtime);
        chapter.exercises.push(exercise);
    }
    if is_runtime {
        let programs = stated.program.into_iter().map(|program| Program {
            name: program.name,
            uses: program.uses,
            can: program.can,
        });
        catalog.runtime = Some(Runtime {
            package: exercises_package.clone(),
            modules: stated.modules,
            programs: programs.collect(),
        });
    }
    catalog.crates.push(Crate {
        folder,
        exercises_package,
        solutions_package,
    });
    Ok(())
}

fn exercise(
    stated: ExerciseToml,
    chapter: &str,
    folder: &str,
    package: &str,
    is_module: bool,
) -> Exercise {
    let module = stated.file.file_stem().filter(|_| is_module);
    Exercise {
        chapter: chapter.to_owned(),
        folder: folder.to_owned(),
        package: package.to_owned(),
        module: module.map(|stem| stem.to_string_lossy().into_owned()),
        id: stated.id,
        title: stated.title,
        kind: stated.kind,
        minutes: stated.minutes,
        file: stated.file,
        test: stated.test,
        summary: stated.summary,
        hints: stated.hints,
        mutants: stated.mutants,
        can: stated.can,
        uses: stated.uses,
        fails: stated.fails,
        formerly: stated.formerly,
        formerly_at: stated.formerly_at,
        settings: Settings {
            features: stated.features,
            release: stated.release,
            seconds: stated.seconds,
        },
    }
}

/// Checks the id and the paths. The id becomes part of web addresses and of the progress file, and
/// we join the paths to directories, so both may contain only harmless characters.
fn check(stated: &ExerciseToml, is_module: bool, modules: &[String]) -> Result<(), String> {
    let id = &stated.id;
    for id in std::iter::once(id).chain(&stated.formerly) {
        let parts: Vec<_> = id.split('/').collect();
        if parts.len() != 2 || !parts.iter().all(|part| is_plain(part)) {
            return Err(format!(
                "the id {id:?} is not of the form `chapter/exercise` in lower case"
            ));
        }
    }
    let patches = stated.mutants.iter().map(|mutant| &mutant.patch);
    let paths = [&stated.file, &stated.test].into_iter();
    if let Some(path) = paths
        .chain(patches)
        .chain(&stated.formerly_at)
        .find(|path| !is_inside(path))
    {
        return Err(format!(
            "{id}: the path {} leaves the crate",
            path.display()
        ));
    }
    let is_source = |path: &Path| {
        let parts: Vec<_> = path.components().collect();
        parts.len() == 3
            && parts[1].as_os_str() == "src"
            && path.extension().is_some_and(|end| end == "rs")
    };
    if let Some(path) = stated.formerly_at.iter().find(|path| !is_source(path)) {
        return Err(format!(
            "{id}: `formerly_at` names {}, which is not of the form `chapter/src/file.rs`",
            path.display()
        ));
    }
    if let Some(feature) = stated.features.iter().find(|feature| !is_feature(feature)) {
        return Err(format!("{id}: {feature:?} is not the name of a feature"));
    }
    if stated.seconds == Some(0) {
        return Err(format!("{id}: `seconds` is 0, so no test could run"));
    }
    match (is_module, &stated.chapter) {
        (true, None) => Err(format!(
            "{id}: `chapter` must name the chapter that introduces it, such as \"05-pinning\""
        )),
        (false, Some(_)) => Err(format!(
            "{id}: only a module of the reader's runtime names its `chapter`"
        )),
        (true, Some(_)) => {
            let stem = stated.file.file_stem().unwrap_or_default();
            let listed = modules.iter().any(|module| stem == module.as_str());
            if !listed {
                return Err(format!(
                    "{id}: `modules` at the top of the file does not list {}",
                    stem.to_string_lossy()
                ));
            }
            if stated.fails.is_none() {
                return Err(format!(
                    "{id}: `fails` must name the test that the skeleton fails"
                ));
            }
            Ok(())
        }
        (false, None) => Ok(()),
    }
}

/// Ids are unique, and `uses` and `formerly` agree with them.
fn check_references(layout: &Layout, catalog: &Catalog) -> Result<(), CatalogError> {
    let invalid = |folder: &str, problem: String| CatalogError::Invalid {
        path: layout.solutions().join(folder).join("exercises.toml"),
        problem,
    };
    let mut seen = BTreeSet::new();
    for exercise in catalog.exercises() {
        if !seen.insert(&*exercise.id) {
            let problem = format!("the id {:?} is given twice", exercise.id);
            return Err(invalid(&exercise.folder, problem));
        }
    }
    let mut before = BTreeSet::new();
    for exercise in catalog.exercises() {
        if let Some(id) = exercise.formerly.iter().find(|id| !before.insert(&***id)) {
            let problem = format!(
                "{}: `formerly` names {id:?}, as another exercise does",
                exercise.id
            );
            return Err(invalid(&exercise.folder, problem));
        }
    }
    let is_module = |id: &String| {
        let found = catalog.exercises().find(|exercise| exercise.id == *id);
        found.is_some_and(|exercise| exercise.module.is_some())
    };
    for exercise in catalog.exercises() {
        if let Some(id) = exercise.uses.iter().find(|id| !is_module(id)) {
            let problem = format!(
                "{}: `uses` names {id:?}, which is no module of the reader's runtime",
                exercise.id
            );
            return Err(invalid(&exercise.folder, problem));
        }
        if catalog
            .needs(&exercise.uses)
            .iter()
            .any(|used| used.id == exercise.id)
        {
            let problem = format!("{}: its `uses` lead back to itself", exercise.id);
            return Err(invalid(&exercise.folder, problem));
        }
        if let Some(id) = exercise.formerly.iter().find(|id| seen.contains(&***id)) {
            let problem = format!(
                "{}: `formerly` names {id:?}, which is an exercise of its own",
                exercise.id
            );
            return Err(invalid(&exercise.folder, problem));
        }
    }
    for program in catalog.runtime.iter().flat_map(|runtime| &runtime.programs) {
        if let Some(id) = program.uses.iter().find(|id| !is_module(id)) {
            let problem = format!(
                "the program {}: `uses` names {id:?}, which is no module of the reader's runtime",
                program.name
            );
            return Err(invalid(Runtime::FOLDER, problem));
        }
    }
    Ok(())
}

fn is_plain(part: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !part.is_empty() && part.chars().all(plain)
}

fn is_feature(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(plain)
}

fn is_inside(path: &Path) -> bool {
    path.components()
        .all(|part| matches!(part, Component::Normal(_)))
}

fn package_name(manifest: &Path) -> Result<String, CatalogError> {
    parse::<Manifest>(manifest).map(|manifest| manifest.package.name)
}

/// Reads a `Cargo.toml` as a table.
pub(crate) fn manifest(path: &Path) -> Result<toml::Table, CatalogError> {
    parse(path)
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, CatalogError> {
    let text = files::read(path)?;
    toml::from_str(&text).map_err(|source| CatalogError::Toml {
        path: path.to_owned(),
        source: Box::new(source),
    })
}
