//! Advice if cargo cannot build an exercise or a file of it is missing. The advice restores only one
//! file, so the reader keeps what is solved.

use std::path::{Path, PathBuf};

use crate::catalog::{Catalog, Layout};
use crate::files;
use crate::skeleton::{self, Tree};

const MANIFEST: &str = "Cargo.toml";

/// The advice when cargo gave up with this complaint, if the complaint names the file to repair. Its paths
/// are shown from the root.
pub(super) fn advice(layout: &Layout, complaint: &str) -> Option<String> {
    if let Some(gone) = missing(layout, complaint) {
        let Gone { what, advice, .. } = Gone::new(layout, &gone);
        return Some(format!("{what}. {advice}"));
    }
    if let Some(manifest) = blamed(layout, complaint) {
        let path = layout.yours().join(manifest);
        return Some(format!(
            "the problem is in {}. Fix it there, or {}. Your version is kept as {MANIFEST}{}1, or with the next free number",
            layout.show(&path),
            restore(layout, &path),
            skeleton::YOURS
        ));
    }
    let lock_file = layout.show(&layout.yours().join("Cargo.lock"));
    is_damaged(&lock_file, complaint)
        .then(|| format!("delete {lock_file}. The next run copies the course's own"))
}

/// Whether cargo cannot use the lock file.
fn is_damaged(lock_file: &str, complaint: &str) -> bool {
    let unread = format!("failed to parse lock file at: {lock_file}");
    let sums = complaint.contains("checksum for `") && complaint.contains("lock file");
    complaint.contains(&unread) || sums
}

/// The advice when cargo gave up and no file of the exercises is to blame.
pub(super) const NOT_YOUR_CODE: &str = "this is not about your code. Fix the problem that cargo names (a read-only folder, no network), \
     then save the exercise again";

/// The advice when the system has no linker.
pub(super) const NO_LINKER: &str = "this is not about your code. Rust needs a linker, which comes with a C compiler: \
     `sudo apt install build-essential` on Debian and Ubuntu, `sudo dnf install gcc` on Fedora, \
     `xcode-select --install` on macOS. Then save the exercise again";

/// The advice when the disk has no room for what cargo builds.
pub(super) fn disk_is_full(layout: &Layout) -> String {
    format!(
        "the disk with {} is full. This is not about your code, and your files are as they were. Free some \
         space, then save the exercise again. `cargo clean` in this folder removes only what cargo can build again",
        layout.show(&layout.exercises_target())
    )
}

/// A file that the course needs and that is missing, perhaps with the whole folder of its package.
pub(super) struct Gone {
    /// `work/02-fix is missing`
    pub what: String,
    /// What to do, with the commands and what they do.
    pub advice: String,
    /// The same in a few words.
    pub next: String,
}

impl Gone {
    pub fn new(layout: &Layout, file: &Path) -> Self {
        Self::folder(layout, file).unwrap_or_else(|| {
            let is = if file.is_symlink() {
                "is a link that leads nowhere"
            } else {
                "is missing"
            };
            Self {
                what: format!("{} {is}", layout.show(file)),
                advice: restore(layout, file),
                next: format!("run {}", reset(layout, file)),
            }
        })
    }

    /// If the whole folder of the package or `work/` is missing, or something else has its place. One command
    /// makes the folder again.
    pub fn folder(layout: &Layout, file: &Path) -> Option<Self> {
        let yours = layout.yours();
        let other = files::in_the_way(file).filter(|other| other.starts_with(&yours));
        let (folder, command) = if other.map_or(!yours.is_dir(), |other| other == yours) {
            (yours, "`cargo course list`".to_owned())
        } else {
            let catalog = Catalog::load(layout).ok()?;
            let dir = |folder: &str| yours.join(folder);
            let mut folders = catalog.crates.iter().map(|member| &*member.folder);
            let folder = folders.find(|folder| file.starts_with(dir(folder)))?;
            let first = catalog.in_folder(folder).next()?;
            (dir(folder), format!("`cargo course reset {}`", first.id))
        };
        let makes = format!(
            "{command} makes it again, with all its exercises as they are at the start. If you have a copy of your \
             files, put them back into it"
        );
        if let Some(other) = other {
            let shown = layout.show(other);
            let away = format!("move {shown} out of the way");
            let then = if other == folder {
                format!("then {makes}")
            } else {
                format!("then {command} makes the folder again")
            };
            return Some(Self {
                what: format!("{shown} is no folder"),
                advice: format!("{away}, {then}"),
                next: format!("{away}, then run {command}"),
            });
        }
        (!folder.is_dir()).then(|| Self {
            what: format!("the folder {} is missing", layout.show(&folder)),
            next: format!("run {command}"),
            advice: makes,
        })
    }
}

/// The command that restores one file and changes no other, as the end of a sentence.
pub(super) fn restore(layout: &Layout, file: &Path) -> String {
    format!("{} restores only this file", reset(layout, file))
}

/// The command that restores one file.
pub(super) fn reset(layout: &Layout, file: &Path) -> String {
    format!("`cargo course reset --file {}`", layout.show(file))
}

/// The shortest way to a build after this complaint, if it names the file.
pub(super) fn next(layout: &Layout, complaint: &str) -> Option<String> {
    if let Some(gone) = missing(layout, complaint) {
        return Some(Gone::new(layout, &gone).next);
    }
    if let Some(manifest) = blamed(layout, complaint) {
        let path = layout.yours().join(manifest);
        let file = layout.show(&path);
        return Some(format!("repair {file}, or run {}", reset(layout, &path)));
    }
    let lock_file = layout.show(&layout.yours().join("Cargo.lock"));
    is_damaged(&lock_file, complaint).then(|| format!("delete {lock_file}"))
}

/// The file that cargo misses with this complaint.
pub(super) fn missing(layout: &Layout, complaint: &str) -> Option<PathBuf> {
    match blamed(layout, complaint) {
        Some(manifest) => Some(layout.yours().join(manifest)).filter(|path| !path.exists()),
        None => missing_library(layout, complaint),
    }
}

/// The `src/lib.rs` that cargo misses in one of the reader's packages.
fn missing_library(layout: &Layout, complaint: &str) -> Option<PathBuf> {
    let exercises = layout.show(&layout.yours());
    let catalog = Catalog::load(layout).ok()?;
    let mut folders = catalog.crates.iter().map(|member| &member.folder);
    let is_gone = |folder: &&String| {
        let library = Path::new(folder.as_str()).join("src").join("lib.rs");
        named_at(complaint, &exercises, folder).is_some()
            && layout.solutions().join(&library).is_file()
            && !layout.yours().join(&library).exists()
    };
    let folder = folders.find(is_gone)?;
    Some(layout.yours().join(folder).join("src").join("lib.rs"))
}

/// The manifest with the problem, as a path from the exercises. It is the last manifest that cargo
/// names and that differs from the generated one. Cargo also names the workspace's manifest when a
/// package's is broken, so a package's comes first.
fn blamed(layout: &Layout, complaint: &str) -> Option<String> {
    let catalog = Catalog::load(layout).ok()?;
    let tree = skeleton::generate(layout, &catalog.crates).ok()?;
    blamed_of(layout, &tree, complaint)
}

fn blamed_of(layout: &Layout, tree: &Tree, complaint: &str) -> Option<String> {
    let exercises = layout.show(&layout.yours());
    let changed = |file: &str| {
        let wanted = tree.get(Path::new(file));
        wanted.is_some_and(|wanted| !files::is(&layout.yours().join(file), wanted))
    };
    let mut folders: Vec<(usize, String)> = tree
        .keys()
        .filter(|file| file.ends_with(MANIFEST))
        .filter_map(|file| file.parent()?.to_str())
        .filter(|folder| !folder.is_empty())
        .filter_map(|folder| Some((named_at(complaint, &exercises, folder)?, folder.to_owned())))
        .collect();
    folders.sort();
    let names_any = !folders.is_empty();
    let package = folders
        .into_iter()
        .rev()
        .map(|(_, folder)| format!("{folder}/{MANIFEST}"))
        .find(|file| changed(file));
    // An error of the workspace's own manifest may name only a package that inherits from it.
    let names_workspace = complaint.contains(&format!("{exercises}/{MANIFEST}"))
        || complaint.contains(&format!("--> {MANIFEST}"));
    package.or_else(|| {
        ((names_any || names_workspace) && changed(MANIFEST)).then(|| MANIFEST.to_owned())
    })
}

/// Where cargo last names a package's folder or its manifest. It names them from the root of the
/// clone, and after an arrow from the exercises.
fn named_at(complaint: &str, exercises: &str, folder: &str) -> Option<usize> {
    let from_root = format!("{exercises}/{folder}");
    let after_arrow = format!("--> {folder}");
    [from_root, after_arrow]
        .iter()
        .flat_map(|name| complaint.match_indices(name.as_str()))
        .filter(|(at, name)| {
            let rest = &complaint[at + name.len()..];
            let whole = rest.chars().next().is_none_or(|c| "`)/\n".contains(c));
            // `chapters/02-x` is no folder of the exercises, and `my-exercises/02-x` neither.
            let before = complaint[..*at].chars().next_back();
            whole && before.is_none_or(|c| !c.is_alphanumeric() && c != '-' && c != '/')
        })
        .map(|(at, _)| at)
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A course of two packages of which only some manifests are as they were generated.
    fn blamed_with(changed: &[&str], complaint: &str) -> Option<String> {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::at(dir.path());
        let mut tree = Tree::new();
        for file in ["Cargo.toml", "01-waiting/Cargo.toml", "02-gen/Cargo.toml"] {
            let path = layout.yours().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let text = if changed.contains(&file) {
                "changed"
            } else {
                "generated"
            };
            std::fs::write(path, text).unwrap();
            tree.insert(file.into(), "generated".into());
        }
        let exercises = layout.show(&layout.yours());
        let complaint = complaint.replace("{exercises}", &exercises);
        blamed_of(&layout, &tree, &complaint)
    }

    #[test]
    fn the_manifest_that_an_arrow_points_at_is_blamed() {
        let complaint = "error: expected `=`\n  --> 02-gen/Cargo.toml:18:10\n\
                         error: failed to load manifest for workspace member `{exercises}/01-waiting`\n\
                         referenced by workspace at `{exercises}/Cargo.toml`";
        let blamed = blamed_with(&["02-gen/Cargo.toml"], complaint);
        assert_eq!(blamed.as_deref(), Some("02-gen/Cargo.toml"));
    }

    #[test]
    fn a_package_is_blamed_before_the_workspace_that_is_named_with_it() {
        let complaint = "error: failed to load manifest for workspace member `{exercises}/02-gen`\n\
                         referenced by workspace at `{exercises}/Cargo.toml`";
        let blamed = |changed: &[&str]| blamed_with(changed, complaint);
        assert_eq!(
            blamed(&["Cargo.toml", "02-gen/Cargo.toml"]).as_deref(),
            Some("02-gen/Cargo.toml")
        );
        assert_eq!(blamed(&["Cargo.toml"]).as_deref(), Some("Cargo.toml"));
    }

    #[test]
    fn a_dependency_that_does_not_exist_is_blamed_on_the_package_that_asks_for_it() {
        let complaint = "error: no matching package named `zork` found\n\
                         required by package `gen v0.1.0 ({exercises}/02-gen)`";
        let blamed = blamed_with(&["02-gen/Cargo.toml"], complaint);
        assert_eq!(blamed.as_deref(), Some("02-gen/Cargo.toml"));
    }

    /// What cargo 1.95 says after one digit of a checksum was changed.
    #[test]
    fn a_wrong_checksum_is_a_damaged_lock_file() {
        let complaint = "error: checksum for `mio v1.2.4` changed between lock files\n\nthis could be \
                         indicative of a few possible errors:\n\n    * the lock file is corrupt\n";
        assert!(is_damaged("work/Cargo.lock", complaint));
        let other = "error: failed to verify the checksum of `mio v1.2.4`";
        assert!(!is_damaged("work/Cargo.lock", other));
    }

    #[test]
    fn a_manifest_that_is_as_it_was_is_not_blamed() {
        let complaint = "error: failed to get `mio`\n\
                         required by package `gen v0.1.0 ({exercises}/02-gen)`";
        assert_eq!(blamed_with(&[], complaint), None);
        assert_eq!(
            blamed_with(&["02-gen/Cargo.toml"], "error: chapters/02-gen/Cargo.toml"),
            None
        );
    }
}
