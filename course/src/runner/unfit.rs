//! Finds files that cargo must not read. A FIFO would block the compiler until its time is over, and
//! a device or a huge file would use up the memory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::manifest;
use crate::catalog::{Catalog, Layout};
use crate::files;
use crate::skeleton;

/// A file that cargo must not read.
#[derive(Debug)]
pub(crate) struct Unfit {
    path: PathBuf,
    why: io::Error,
}

impl Unfit {
    /// The first such file among those that cargo reads to build the package in this folder.
    pub fn find(layout: &Layout, folder: &str) -> Option<Self> {
        let workspace = layout.yours();
        let manifests = entries(&workspace).map(|dir| dir.join("Cargo.toml"));
        let shared =
            ["Cargo.toml", "Cargo.lock", ".cargo/config.toml"].map(|name| workspace.join(name));
        let mut read: Vec<PathBuf> = shared.into_iter().chain(manifests).collect();
        let mut waiting = vec![workspace.join(folder)];
        while let Some(dir) = waiting.pop() {
            for path in entries(&dir) {
                let name = path.file_name().unwrap_or_default();
                if path.is_dir() {
                    // A link may lead anywhere, also to a directory above.
                    waiting.extend((name != "target" && !path.is_symlink()).then_some(path));
                } else if path
                    .extension()
                    .is_some_and(|end| end == "rs" || end == "toml")
                {
                    read.push(path);
                }
            }
        }
        read.into_iter().find_map(Self::new)
    }

    /// A needed file that is a link to nowhere or to itself.
    pub fn link(path: PathBuf) -> Option<Self> {
        let leads_nowhere = path.is_symlink() && !path.exists();
        leads_nowhere.then(|| {
            let kind = io::ErrorKind::InvalidInput;
            let why = io::Error::new(kind, "it is a link that leads nowhere");
            Self { path, why }
        })
    }

    /// Checks one file. A missing file is fine here, because cargo names it.
    pub fn new(path: PathBuf) -> Option<Self> {
        let there = fs::metadata(&path).ok()?;
        let kind = io::ErrorKind::InvalidInput;
        let why = if there.is_dir() {
            io::Error::new(kind, "it is a folder")
        } else if !there.is_file() {
            io::Error::new(kind, "it is no regular file")
        } else if there.len() > files::LARGEST {
            let most = files::LARGEST >> 20;
            io::Error::new(kind, format!("it is larger than {most} MiB"))
        } else {
            return None;
        };
        Some(Self { path, why })
    }

    /// What is wrong.
    pub fn told(&self, layout: &Layout) -> String {
        format!("cannot read {}: {}", layout.show(&self.path), self.why)
    }

    /// What the reader can do about it.
    pub fn advice(&self, layout: &Layout) -> String {
        if self.is_the_course_s(layout) {
            format!(
                "put a file with code there, or {}. What is there now is kept as a copy",
                manifest::restore(layout, &self.path)
            )
        } else {
            format!("move {} out of the way", layout.show(&self.path))
        }
    }

    /// The shortest way to a build, in a few words.
    pub fn next(&self, layout: &Layout) -> String {
        if self.is_the_course_s(layout) {
            format!("run {}", manifest::reset(layout, &self.path))
        } else {
            self.advice(layout)
        }
    }

    fn is_the_course_s(&self, layout: &Layout) -> bool {
        let tree = Catalog::load(layout).ok();
        let tree = tree.and_then(|catalog| skeleton::generate(layout, &catalog.crates).ok());
        let inside = self.path.strip_prefix(layout.yours()).ok();
        tree.is_some_and(|tree| inside.is_some_and(|path| tree.contains_key(path)))
    }
}

fn entries(dir: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|entry| entry.path())
}
