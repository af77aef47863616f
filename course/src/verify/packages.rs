//! Checks that the chapters use every package that the book promises to show.
//!
//! The root's `Cargo.toml` lists these packages:
//!
//! ```toml
//! [workspace.metadata.course]
//! shows = ["crossbeam", "mio"]
//! ```
//!
//! A family counts as used if one of its packages is: `crossbeam-queue` for `crossbeam`.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::report::{Found, VerifyError, count};
use crate::catalog::{Catalog, Layout, manifest};
use crate::files;

/// Looks in all chapters for a dependency on each package, and for code that names it.
pub(super) fn used(layout: &Layout, catalog: &Catalog) -> Result<Found, VerifyError> {
    let shown = shown(&manifest(&layout.root().join("Cargo.toml"))?);
    let mut found = Found::proved(count(shown.len(), "package"));
    let chapters = catalog.chapters.iter();
    let dirs = chapters.map(|chapter| layout.chapters().join(&chapter.dir));
    for package in unused(shown, dirs)? {
        found.add(
            format!("no chapter uses {package}"),
            "use it in the code of a chapter, or remove it from `shows` in the root's Cargo.toml",
        );
    }
    Ok(found)
}

/// Those of the packages that no chapter uses.
fn unused(
    mut packages: Vec<String>,
    chapters: impl Iterator<Item = PathBuf>,
) -> Result<Vec<String>, VerifyError> {
    for dir in chapters {
        let path = dir.join("Cargo.toml");
        if packages.is_empty() || !path.is_file() {
            continue;
        }
        let manifest = manifest(&path)?;
        let code = code(&dir)?;
        let uses = |package: &String| {
            let table = manifest.get("dependencies").and_then(Value::as_table);
            table.into_iter().flat_map(Table::keys).any(|name| {
                let rest = name.strip_prefix(package.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
                    && code.contains(&name.replace('-', "_"))
            })
        };
        packages.retain(|package| !uses(package));
    }
    Ok(packages)
}

/// The list of the root's manifest, or nothing if there is none.
fn shown(root: &Table) -> Vec<String> {
    let metadata = root
        .get("workspace")
        .and_then(|value| value.get("metadata"));
    let course = metadata.and_then(|value| value.get("course"));
    let shows = course.and_then(|value| value.get("shows"));
    let shows = shows.and_then(Value::as_array).into_iter().flatten();
    shows.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// All code of a chapter in one text.
fn code(dir: &Path) -> Result<String, VerifyError> {
    let mut code = String::new();
    for file in files::walk(dir, &|path| path.ends_with("target"))? {
        if file.extension().is_some_and(|extension| extension == "rs") {
            code += &files::read(&dir.join(file))?;
        }
    }
    Ok(code)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_package_is_used_if_a_chapter_depends_on_it_and_names_it() {
        let temporary = tempfile::tempdir().unwrap();
        let chapter = |name: &str, dependencies: &str, code: &str| {
            let dir = temporary.path().join(name);
            fs::create_dir_all(dir.join("src")).unwrap();
            fs::write(
                dir.join("Cargo.toml"),
                format!("[dependencies]\n{dependencies}"),
            )
            .unwrap();
            fs::write(dir.join("src/lib.rs"), code).unwrap();
            dir
        };
        let chapters = [
            chapter("01", "mio = \"1\"\nslab = \"0.4\"\n", "use mio::Poll;"),
            chapter(
                "02",
                "crossbeam-queue.workspace = true\n",
                "crossbeam_queue::SegQueue",
            ),
            chapter("03", "pins = \"1\"\n", "use pins::pin; use other::it;"),
        ];
        let shown = ["crossbeam", "mio", "slab", "pin", "other"]
            .map(str::to_owned)
            .to_vec();
        let unused = unused(shown, chapters.into_iter()).unwrap();
        assert_eq!(unused, ["slab", "pin", "other"]);
    }

    #[test]
    fn the_list_is_in_the_manifest_of_the_root() {
        let root = "[workspace.metadata.course]\nshows = [\"mio\"]\n";
        assert_eq!(shown(&toml::from_str(root).unwrap()), ["mio"]);
        assert!(shown(&toml::from_str("[workspace]\n").unwrap()).is_empty());
    }
}
