//! Names and places that exercises had before, and the moves of single files.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::record::Record;
use super::{RECORD, place};
use crate::catalog::{Catalog, Exercise, Layout};
use crate::files::{self, FileError};
use crate::skeleton::{self, YOURS};

/// Whether an exercise has this id or had it before.
pub(super) fn is_same(exercise: &Exercise, id: &str) -> bool {
    id == exercise.id || exercise.formerly.iter().any(|old| old == id)
}

/// An exercise of an earlier version of the course, by its id or the part after the slash: its id, and the
/// place of its file.
pub fn gone(layout: &Layout, catalog: &Catalog, word: &str) -> Option<(String, PathBuf)> {
    let record = Record::load(&layout.yours().join(RECORD)).ok()??;
    let is_meant = |id: &str| {
        let short = id.split_once('/').map(|(_, short)| short);
        (id == word || short == Some(word)) && catalog.exercises().all(|one| !is_same(one, id))
    };
    let mut former = record.former();
    let (path, id) = former.find(|(_, id)| is_meant(id))?;
    Some((id.to_owned(), layout.yours().join(path)))
}

/// Whether one of these files is in a place that an exercise of today had before. An editor that still has it
/// open may save it there.
pub fn has_former<'a>(layout: &Layout, paths: impl IntoIterator<Item = &'a PathBuf>) -> bool {
    let yours = layout.yours();
    let inside = paths.into_iter().filter(|path| path.exists());
    let inside: BTreeSet<&Path> = inside
        .filter_map(|path| path.strip_prefix(&yours).ok())
        .collect();
    if inside.is_empty() {
        return false;
    }
    let record = Record::load(&yours.join(RECORD)).ok().flatten();
    record.is_some_and(|record| {
        let mut former = record.former().map(|(path, _)| path);
        former.any(|path| inside.contains(path) && record.owner(path).is_none())
    })
}

/// The files that an exercise had under its former ids. Files are named as their exercises are.
pub(super) fn by_name(exercise: &Exercise) -> Vec<PathBuf> {
    let names = exercise.formerly.iter().filter_map(|id| id.split_once('/'));
    let file = |name: &str| format!("{}.rs", name.replace('-', "_"));
    let now = place(exercise);
    names
        .map(|(_, name)| now.with_file_name(file(name)))
        .collect()
}

/// The test of the exercise that had this file, if the two had the same name.
pub(super) fn test_of(file: &Path) -> PathBuf {
    let folder: PathBuf = file.components().take(1).collect();
    folder
        .join("tests")
        .join(file.file_name().unwrap_or_default())
}

/// The text of a test, in which the module of the file `from` has the name of the file `to`.
pub(super) fn with_module(text: &str, from: &Path, to: &Path) -> String {
    let [old, new] = [from, to].map(|path| {
        let stem = path.file_stem().unwrap_or_default();
        format!("::{}", stem.to_string_lossy())
    });
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(&old) {
        let (before, after) = (&rest[..at], &rest[at + old.len()..]);
        // The first part of a path behind the crate's name is a module. What follows it has other owners.
        let krate = before.rsplit(|c: char| !is_word(c)).next().unwrap_or("");
        let is_module = krate.ends_with("_exercises") || krate == "my_runtime";
        out.push_str(before);
        let whole = is_module && !after.starts_with(is_word);
        out.push_str(if whole { &new } else { &old });
        rest = after;
    }
    out + rest
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The names of the public items in a source file.
pub(super) fn defined(source: &str) -> BTreeSet<&str> {
    const ITEMS: [&str; 8] = [
        "fn", "struct", "enum", "trait", "type", "const", "static", "union",
    ];
    let public = source.lines().filter_map(|line| {
        let line = line.trim_start().strip_prefix("pub")?;
        let words = line.split(|c: char| !is_word(c));
        let mut words = words.skip_while(|word| !ITEMS.contains(word));
        words.next()?;
        words.find(|word| !word.is_empty() && !ITEMS.contains(word))
    });
    public.collect()
}

/// Removes a file if its content is ours. We move it away first, because it may be saved at this moment.
/// Returns whether the file is gone.
pub(super) fn remove(path: &Path, is_ours: impl Fn(&[u8]) -> bool) -> Result<bool, FileError> {
    let aside = files::set_aside(path, YOURS)?;
    if files::read_bytes(&aside, files::LARGEST).is_ok_and(|content| is_ours(&content)) {
        fs::remove_file(&aside).map_err(FileError::new("remove", &aside))?;
        return Ok(true);
    }
    skeleton::give_back(&aside, path);
    Ok(false)
}

/// Whether a former name only leads to the new one: it is a link to it, or the two folders are one. A system
/// that takes `a.rs` and `A.rs` for the same name gives the file its new name.
pub(super) fn is_a_link_to(from: &Path, to: &Path) -> bool {
    let (Ok(a), Ok(b)) = (from.canonicalize(), to.canonicalize()) else {
        return false;
    };
    let name = |path: &Path| path.file_name().map(std::ffi::OsStr::to_ascii_lowercase);
    let is_new_spelling =
        !from.is_symlink() && from.file_name() != to.file_name() && name(from) == name(to);
    a == b && !is_new_spelling
}

/// Renames a file. What was in the new place is removed if it is ours. Otherwise it is kept as a copy, whose
/// path is returned.
pub(super) fn rename(
    from: &Path,
    to: &Path,
    is_ours: impl Fn(&[u8]) -> bool,
) -> Result<Option<PathBuf>, FileError> {
    if let Some(dir) = to.parent() {
        fs::create_dir_all(dir).map_err(FileError::new("create", dir))?;
    }
    // A system may take `a.rs` and `A.rs` for the same name.
    let is_one_file = matches!((from.canonicalize(), to.canonicalize()), (Ok(a), Ok(b)) if a == b);
    let aside = if is_one_file || fs::symlink_metadata(to).is_err() {
        None
    } else {
        Some(files::set_aside(to, YOURS)?)
    };
    if let Err(error) = move_file(from, to) {
        if let Some(aside) = aside {
            skeleton::give_back(&aside, to);
        }
        return Err(FileError::new("move", from)(error));
    }
    let Some(aside) = aside else {
        return Ok(None);
    };
    if files::read_bytes(&aside, files::LARGEST).is_ok_and(|content| is_ours(&content)) {
        let _ = fs::remove_file(&aside);
        return Ok(None);
    }
    Ok(Some(aside))
}

fn move_file(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        // A folder may be a link to another disk.
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            let content = files::read_bytes(from, files::LARGEST)?;
            files::write_atomically(to, &content).map_err(|error| error.source)?;
            fs::remove_file(from)
        }
        renamed => renamed,
    }
}

/// Moves the kept versions of a file, `count.rs.yours-1`, to the new name of the file.
pub(super) fn move_copies(from: &Path, to: &Path) -> Result<Vec<(PathBuf, PathBuf)>, FileError> {
    let name = from.file_name().unwrap_or_default().to_string_lossy();
    let start = format!("{name}{YOURS}");
    let entries = from.parent().and_then(|dir| fs::read_dir(dir).ok());
    let entries = entries.into_iter().flatten().flatten();
    let mut copies: Vec<(u128, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name();
            let number = name.to_str()?.strip_prefix(&start)?;
            let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
            Some((number.parse().ok().filter(|_| is_number)?, entry.path()))
        })
        .collect();
    copies.sort();
    let mut moved = Vec::new();
    for (_, copy) in copies {
        let now = files::move_to(&copy, to, YOURS)?;
        moved.push((copy, now));
    }
    Ok(moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_of_a_test_gets_the_new_name_and_other_names_stay() {
        let text = "use fix_exercises::count::count;\nuse fix_exercises::counter;\nuse other::count::x;\n\
                    fn f() { my_runtime::count::count(); }\n";
        let expected = "use fix_exercises::tally::count;\nuse fix_exercises::counter;\nuse other::count::x;\n\
                        fn f() { my_runtime::tally::count(); }\n";
        let [from, to] = ["a/src/count.rs", "b/src/tally.rs"].map(Path::new);
        assert_eq!(with_module(text, from, to), expected);
    }

    #[test]
    fn public_items_are_found_by_their_names() {
        let source = "pub fn one() {}\n    pub const fn two() {}\npub(crate) struct Three;\nfn four() {}\n\
                      pub unsafe fn five() {}\npub const SIX: u8 = 6;\npub async fn seven() {}\npub use eight;\n";
        let names: Vec<_> = defined(source).into_iter().collect();
        assert_eq!(names, ["SIX", "Three", "five", "one", "seven", "two"]);
    }

    #[test]
    fn what_is_saved_at_the_moment_of_a_removal_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.rs");
        fs::write(&path, "saved").unwrap();
        assert!(!remove(&path, |content| content == b"ours").unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "saved");
        assert!(remove(&path, |content| content == b"saved").unwrap());
        assert!(!path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_only_leads_to_the_new_one_is_found() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::create_dir(path("real")).unwrap();
        symlink(path("real"), path("link")).unwrap();
        fs::write(path("real/a.rs"), "mine").unwrap();
        symlink(path("real/a.rs"), path("real/b.rs")).unwrap();
        assert!(is_a_link_to(&path("link/a.rs"), &path("real/a.rs")));
        assert!(is_a_link_to(&path("real/b.rs"), &path("real/a.rs")));
        fs::write(path("real/c.rs"), "mine").unwrap();
        assert!(!is_a_link_to(&path("real/c.rs"), &path("real/a.rs")));
    }
}
