//! Resolves the paths of a crate to the modules they lead to.

use std::fmt;
use std::path::PathBuf;

use crate::source::Crate;

/// The name of a folder's own file (`lib.rs` or `mod.rs`) among the modules in the folder.
pub const ROOT: &str = "mod";

/// We follow at most this many names from one `use` to the next. The names of another crate's module
/// may form a circle: `use tracing::{self, field}`.
const MOST_NAMES: usize = 8;

/// One module of a group uses another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The module with the import.
    pub from: String,
    /// The module that the path leads to.
    pub to: String,
    /// The file with the import.
    pub file: PathBuf,
    /// Its line.
    pub line: usize,
    /// The path as written.
    pub path: String,
    /// Whether the module only gives a public name to the item and does not use it.
    pub only_named: bool,
}

impl fmt::Display for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            from,
            to,
            file,
            line,
            path,
            ..
        } = self;
        write!(
            f,
            "{}:{line}: `{from}` imports `{to}` ({path})",
            file.display()
        )
    }
}

/// The imports between the modules directly inside `group`. The group of the whole crate is empty.
///
/// `lib.rs` or `mod.rs` itself counts as the module [`ROOT`]. Its `pub use` of a module in the
/// folder is not an import, because it only gives a name to others. Such a name leads to the module
/// that it comes from.
pub fn imports(krate: &Crate, group: &[String]) -> Vec<Import> {
    let mut found = Vec::new();
    for (module, contents) in &krate.modules {
        if !module.starts_with(group) {
            continue;
        }
        let from = module.get(group.len()).map_or(ROOT, String::as_str);
        for (file, path) in &contents.paths {
            let first = &path.segments[0];
            // A path that begins with a name from a `use` adds nothing, because the `use` counts.
            if !is_anchor(first) && !contents.children.contains(first) {
                continue;
            }
            let target = absolute(krate, module, &path.segments, 0);
            let Some(to) = target.and_then(|target| resolve(krate, &target, group, 0)) else {
                continue;
            };
            let facade = from == ROOT && path.reexport;
            if to != from && !facade {
                found.push(Import {
                    from: from.into(),
                    to,
                    file: file.clone(),
                    line: path.line,
                    path: path.segments.join("::"),
                    only_named: path.only_named,
                });
            }
        }
    }
    found
}

fn is_anchor(word: &str) -> bool {
    matches!(word, "crate" | "super" | "self")
}

/// The path from the crate's root. `None` if the path leads into another crate.
fn absolute(
    krate: &Crate,
    module: &[String],
    segments: &[String],
    depth: usize,
) -> Option<Vec<String>> {
    let (first, rest) = segments.split_first()?;
    let mut base = match first.as_str() {
        "crate" => vec![],
        "self" => module.to_vec(),
        "super" => module[..module.len().checked_sub(1)?].to_vec(),
        name => {
            let here = krate.modules.get(module)?;
            if here.children.iter().any(|child| child == name) {
                module.iter().chain([first]).cloned().collect()
            } else {
                let alias = here.names.get(name).filter(|_| depth < MOST_NAMES)?;
                absolute(krate, module, &alias.segments, depth + 1)?
            }
        }
    };
    for word in rest {
        if word == "super" {
            base.pop()?;
        } else {
            base.push(word.clone());
        }
    }
    Some(base)
}

/// The module of the group that contains the item at an absolute path. A name from a `use` leads to
/// the module that the item comes from. `None` if the path leads out of the group.
fn resolve(krate: &Crate, path: &[String], group: &[String], depth: usize) -> Option<String> {
    let mut at: Vec<String> = Vec::new();
    for (index, word) in path.iter().enumerate() {
        let module = krate.modules.get(&at)?;
        if module.children.contains(word) {
            at.push(word.clone());
            continue;
        }
        let macro_home = at.is_empty().then(|| krate.exported.get(word)).flatten();
        let home = if let Some(home) = macro_home {
            resolve(krate, home, group, depth + 1)
        } else if let Some(alias) = module.names.get(word).filter(|_| depth < MOST_NAMES) {
            absolute(krate, &at, &alias.segments, 0).and_then(|mut target| {
                target.extend_from_slice(&path[index + 1..]);
                resolve(krate, &target, group, depth + 1)
            })
        } else {
            None
        };
        if home.is_some() {
            return home;
        }
        break;
    }
    let inside = at.starts_with(group);
    inside.then(|| at.get(group.len()).map_or(ROOT, String::as_str).into())
}
