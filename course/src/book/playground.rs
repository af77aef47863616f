//! ▶ blocks as single files for the Rust playground. The published book has no server of ours that could run them.
//!
//! A file is the block's program, and after it the crates of the chapter as modules, see `one_file.rs`.
//! This works if the crates need only the standard library and packages that the playground offers.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::one_file::{self, MergeError, indented};
use crate::{
    catalog::Layout,
    files::{self, FileError},
    runner::snippet,
};

/// The packages that the chapters use and that the playground offers with all the features they need. (It
/// offers `rustix` too, but without the feature `time`.)
pub const OFFERED: [&str; 9] = [
    "crossbeam-queue",
    "futures-core",
    "futures-io",
    "futures-task",
    "futures-util",
    "mio",
    "pin-project-lite",
    "slab",
    "socket2",
];

/// Why there is no file for a block.
#[derive(Debug, thiserror::Error)]
pub enum NoFile {
    #[error("the playground does not offer `{0}`")]
    NotOffered(String),
    #[error("`{path}` is no manifest of a chapter: {why}")]
    Manifest { path: String, why: String },
    #[error(transparent)]
    Merge(#[from] MergeError),
}

impl From<FileError> for NoFile {
    fn from(error: FileError) -> Self {
        Self::Merge(error.into())
    }
}

/// A crate as a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// The name of the crate in code.
    pub name: String,
    /// `pub mod name { … }`
    pub text: String,
}

/// The names of this chapter's crate and of all crates of the book that it needs. Its own is the first.
pub fn names(layout: &Layout, chapter: &str) -> Result<Vec<String>, NoFile> {
    let crates = crates(layout, chapter)?;
    Ok(crates.into_iter().map(|one| one.name).collect())
}

/// The same crates as modules, in the same order.
pub fn modules(layout: &Layout, chapter: &str) -> Result<Vec<Module>, NoFile> {
    let crates = crates(layout, chapter)?;
    let module = |one: &Crate| {
        let others: Vec<&str> = one.needs.iter().map(String::as_str).collect();
        let text = one_file::module(&one.name, &one.root, &others)?;
        Ok(Module {
            name: one.name.clone(),
            text,
        })
    };
    crates.iter().map(module).collect()
}

/// The first part of the file: the block as a program, without its modules.
pub fn program(code: &str) -> String {
    let main = if snippet::has_main(code) {
        code.to_owned()
    } else {
        format!("fn main() {{\n{}}}\n", indented(code))
    };
    format!("{HEAD}{main}")
}

// The modules have items that this block does not use.
const HEAD: &str = "#![allow(unused)]\n\n";

/// The whole file. The widget `playground.js` puts it together in the same way.
pub fn file(program: &str, modules: &[Module]) -> String {
    let mut file = program.to_owned();
    for module in modules {
        file.push('\n');
        file.push_str(&module.text);
    }
    file
}

struct Crate {
    name: String,
    root: PathBuf,
    /// The names of the crates of the book that it depends on.
    needs: Vec<String>,
}

fn crates(layout: &Layout, chapter: &str) -> Result<Vec<Crate>, NoFile> {
    let mut crates = Vec::new();
    collect(&layout.chapters().join(chapter), &mut crates)?;
    Ok(crates)
}

/// Adds the crate in `directory` and those that it needs.
fn collect(directory: &Path, crates: &mut Vec<Crate>) -> Result<String, NoFile> {
    let path = directory.join("Cargo.toml");
    let broken = |why: &str| NoFile::Manifest {
        path: path.display().to_string(),
        why: why.into(),
    };
    let manifest: Table = files::read(&path)?
        .parse()
        .map_err(|error: toml::de::Error| broken(error.message()))?;
    let package = manifest
        .get("package")
        .and_then(|package| package.get("name"));
    let name = package
        .and_then(Value::as_str)
        .ok_or_else(|| broken("it has no name"))?;
    let name = name.replace('-', "_");
    if crates.iter().any(|one| one.name == name) {
        return Ok(name);
    }
    let place = crates.len();
    crates.push(Crate {
        name: name.clone(),
        root: directory.join("src").join("lib.rs"),
        needs: Vec::new(),
    });
    let targets = manifest.get("target").and_then(Value::as_table);
    let targets = targets.into_iter().flat_map(Table::values);
    let tables = [manifest.get("dependencies")]
        .into_iter()
        .chain(targets.map(|target| target.get("dependencies")))
        .flatten();
    for (package, wanted) in tables.filter_map(Value::as_table).flatten() {
        if wanted.get("optional").and_then(Value::as_bool) == Some(true) {
            continue;
        }
        match wanted.get("path").and_then(Value::as_str) {
            Some(path) => {
                let needed = collect(&directory.join(path), crates)?;
                crates[place].needs.push(needed);
            }
            None if OFFERED.contains(&&**package) => {}
            None => return Err(NoFile::NotOffered(package.clone())),
        }
    }
    Ok(name)
}
