//! Computes the content of `exercises/` from the solutions, without writing it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{SkeletonError, holes, manifest};
use crate::catalog::{Catalog, Crate, Exercise, Layout};
use crate::files;

/// The files of `exercises/`: relative path and content.
pub type Tree = BTreeMap<PathBuf, Vec<u8>>;

/// The files that `exercises/` should contain.
pub fn generate(layout: &Layout, crates: &[Crate]) -> Result<Tree, SkeletonError> {
    let mut tree = Tree::new();
    let mut manifests = Vec::new();
    for member in crates {
        manifests.push(add_crate(&mut tree, layout, member)?);
    }
    let root = layout.root().join("Cargo.toml");
    let workspace = manifest::workspace(&files::read(&root)?, crates, &manifests)
        .map_err(|source| SkeletonError::Manifest { path: root, source })?;
    tree.insert("Cargo.toml".into(), workspace.into());
    tree.insert(".cargo/config.toml".into(), manifest::config(0).into());
    Ok(tree)
}

/// The same for `work/`. It builds in a directory of its own: cargo tells packages apart by their
/// path from the workspace, so in a common one a skeleton would pass for the reader's solution. Each
/// folder has its own alias for `cargo course`, because cargo looks for the path in an alias from the
/// folder where the reader types it.
pub(crate) fn for_the_reader(mut tree: Tree) -> Tree {
    let config = manifest::config(0).replace("target/skeletons", "target/exercises");
    tree.insert(".cargo/config.toml".into(), config.into());
    let files = tree.keys().filter(|path| !path.ends_with("config.toml"));
    let folders: BTreeSet<PathBuf> = files
        .flat_map(|path| path.ancestors().skip(1))
        .filter(|folder| folder.components().count() > 1)
        .map(Path::to_owned)
        .collect();
    for folder in folders {
        let config = manifest::config(folder.components().count());
        tree.insert(folder.join(".cargo/config.toml"), config.into());
    }
    tree
}

/// The same for a copy in another directory. Its manifests name the root by its full path, and it does
/// not have the cargo configuration that helps readers.
pub(crate) fn for_a_copy(mut tree: Tree, layout: &Layout) -> Tree {
    tree.retain(|path, _| !path.components().any(|part| part.as_os_str() == ".cargo"));
    let root = layout.root().display().to_string().replace('\\', "/");
    for (path, content) in &mut tree {
        if path.ends_with("Cargo.toml") {
            let depth = path.components().count();
            let text = String::from_utf8_lossy(content);
            *content = manifest::rooted(&text, depth, &root).into_bytes();
        }
    }
    tree
}

/// The tests and the manifests of an exercise that differ from the generated ones, as full paths. The
/// test of another exercise does not count.
pub(crate) fn changed_tests(
    layout: &Layout,
    catalog: &Catalog,
    tree: &Tree,
    exercise: &Exercise,
) -> Vec<PathBuf> {
    let folder = Path::new(&exercise.folder);
    let belongs = |path: &Path| {
        let Ok(inside) = path.strip_prefix(folder) else {
            return path == Path::new("Cargo.toml");
        };
        let another_s = catalog
            .in_folder(&exercise.folder)
            .any(|other| other.test == inside && other.test != exercise.test);
        inside == Path::new("Cargo.toml") || (inside.starts_with("tests") && !another_s)
    };
    tree.iter()
        .filter(|(path, _)| belongs(path) && !path.ends_with(".cargo/config.toml"))
        .map(|(path, wanted)| (layout.yours().join(path), wanted))
        .filter(|(path, wanted)| !files::is(path, wanted))
        .map(|(path, _)| path)
        .collect()
}

/// The files of an exercise's crate that belong to no exercise, such as `src/lib.rs`, and that are damaged,
/// as full paths. A reader may add lines. A file is damaged if it is missing, if it lacks a line of the
/// generated one, or if a line was added and `has_error` says so of its path from the reader's files.
pub(crate) fn damaged_sources(
    layout: &Layout,
    catalog: &Catalog,
    tree: &Tree,
    exercise: &Exercise,
    has_error: impl Fn(&Path) -> bool,
) -> Vec<PathBuf> {
    let sources = Path::new(&exercise.folder).join("src");
    let is_shared = |path: &Path| {
        let mut exercises = catalog.in_folder(&exercise.folder);
        path.starts_with(&sources)
            && !exercises.any(|one| path == Path::new(&one.folder).join(&one.file))
    };
    let lacks_a_line = |path: &Path, wanted: &[u8]| {
        let yours = files::read(path).unwrap_or_default();
        let yours: BTreeSet<&str> = yours.lines().map(str::trim).collect();
        let wanted = String::from_utf8_lossy(wanted);
        wanted.lines().any(|line| !yours.contains(line.trim()))
    };
    tree.iter()
        .filter(|(path, _)| is_shared(path))
        .map(|(path, wanted)| (path, layout.yours().join(path), wanted))
        .filter(|(path, full, wanted)| {
            lacks_a_line(full, wanted) || (has_error(path) && !files::is(full, wanted))
        })
        .map(|(_, full, _)| full)
        .collect()
}

/// Adds one crate. Returns the manifest of the solution, which the workspace needs.
fn add_crate(tree: &mut Tree, layout: &Layout, member: &Crate) -> Result<String, SkeletonError> {
    let dir = layout.solutions().join(&member.folder);
    let out = Path::new(&member.folder);
    let path = dir.join("Cargo.toml");
    let text = files::read(&path)?;
    let package = manifest::package(&text, member)
        .map_err(|source| SkeletonError::Manifest { path, source })?;
    tree.insert(out.join("Cargo.toml"), package.into());
    tree.insert(out.join(".cargo/config.toml"), manifest::config(1).into());

    for relative in files::walk(&dir, &is_the_maintainers)? {
        let path = dir.join(&relative);
        let content = files::read_bytes(&path, files::LARGEST)
            .map_err(files::FileError::new("read", &path))?;
        let content = match String::from_utf8(content) {
            Ok(text)
                if relative
                    .extension()
                    .is_some_and(|extension| extension == "rs") =>
            {
                let hole = |source| SkeletonError::Hole {
                    path: path.clone(),
                    source,
                };
                // The same test runs for the solution and the skeleton, so it cannot contain a
                // hole.
                if relative.starts_with("tests") && holes::has_holes(&text) {
                    return Err(hole(holes::HoleError {
                        line: 1,
                        problem: "a test file must not contain a hole",
                    }));
                }
                holes::skeleton(&text).map_err(hole)?.into_bytes()
            }
            Ok(text) => text.into_bytes(),
            Err(binary) => binary.into_bytes(),
        };
        tree.insert(out.join(relative), content);
    }
    Ok(text)
}

/// Files of a solution that the reader does not get.
fn is_the_maintainers(relative: &Path) -> bool {
    [
        "Cargo.toml",
        "Cargo.lock",
        "exercises.toml",
        "mutants",
        "target",
        ".cargo",
    ]
    .iter()
    .any(|name| relative == Path::new(name))
}
