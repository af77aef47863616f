//! Reads the files of a crate, from its `lib.rs` along each `mod`.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::tokens::{self, Contents};

/// A crate: its modules by their paths. The root has the empty path.
#[derive(Debug, Default)]
pub struct Crate {
    pub(crate) modules: BTreeMap<Vec<String>, Module>,
    /// The macros of `#[macro_export]`, and the module that contains each.
    pub(crate) exported: HashMap<String, Vec<String>>,
}

/// A module. If a `cfg` chooses between two files, it has the contents of both.
#[derive(Debug, Default)]
pub struct Module {
    /// The files that the module came from, and the paths in each.
    pub(crate) paths: Vec<(PathBuf, tokens::Path)>,
    pub(crate) names: HashMap<String, tokens::Path>,
    pub(crate) children: Vec<String>,
}

/// Reads the crate with this `lib.rs`.
pub fn load(root: &Path) -> Result<Crate, Error> {
    let mut krate = Crate::default();
    file(
        &mut krate,
        root,
        &[],
        root.parent().unwrap_or(Path::new("")),
    )?;
    Ok(krate)
}

/// Reads one file. `folder` contains the files of its children.
fn file(krate: &mut Crate, path: &Path, module: &[String], folder: &Path) -> Result<(), Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Read {
        path: path.into(),
        source,
    })?;
    let stream = text.parse().map_err(|source| Error::Rust {
        path: path.into(),
        source,
    })?;
    add(krate, path, module, folder, tokens::read(stream))
}

fn add(
    krate: &mut Crate,
    path: &Path,
    module: &[String],
    folder: &Path,
    contents: Contents,
) -> Result<(), Error> {
    let entry = krate.modules.entry(module.to_vec()).or_default();
    entry.paths.extend(
        contents
            .paths
            .into_iter()
            .map(|found| (path.to_path_buf(), found)),
    );
    entry.names.extend(contents.names);
    let inline = contents.inline.iter().map(|(name, _)| name);
    entry.children.extend(
        inline
            .chain(contents.outline.iter().map(|(name, _)| name))
            .cloned(),
    );
    for name in contents.exported {
        krate.exported.insert(name, module.to_vec());
    }
    for (name, inner) in contents.inline {
        add(
            krate,
            path,
            &below(module, &name),
            &folder.join(&name),
            inner,
        )?;
    }
    for (name, at) in contents.outline {
        let child = below(module, &name);
        if let Some(at) = at {
            // Rust looks for a `#[path]` next to the file that declares the module.
            let at = path.parent().unwrap_or(Path::new("")).join(at);
            file(krate, &at, &child, at.parent().unwrap_or(Path::new("")))?;
        } else {
            let inside = folder.join(&name);
            let flat = folder.join(format!("{name}.rs"));
            let at = if flat.exists() {
                flat
            } else {
                inside.join("mod.rs")
            };
            file(krate, &at, &child, &inside)?;
        }
    }
    Ok(())
}

fn below(module: &[String], name: &str) -> Vec<String> {
    module.iter().cloned().chain([name.into()]).collect()
}
