//! What git knows about the clone. If git is missing, or if the course is no clone, it knows nothing.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Those of the tracked paths whose file on the disk has a content that was committed under this path at
/// some time. Each pair is the file on the disk and the tracked path, both from the root.
pub(crate) fn committed(root: &Path, files: &[(PathBuf, PathBuf)]) -> BTreeSet<PathBuf> {
    if files.is_empty() {
        return BTreeSet::new();
    }
    known(root, files).unwrap_or_default()
}

/// The newest content that was committed under this path (from the root) and that `is_it` accepts. `None` if
/// git knows no such content.
pub(crate) fn version(
    root: &Path,
    tracked: &Path,
    is_it: impl Fn(&[u8]) -> bool,
) -> Option<Vec<u8>> {
    let path = tracked.display().to_string().replace('\\', "/");
    let commits = git(
        root,
        &["log", "--format=%H", "--no-show-signature", "--", &path],
        "",
    )?;
    let contents = commits.lines().filter_map(|commit| {
        let text = git(root, &["show", &format!("{commit}:./{path}")], "")?;
        Some(text.into_bytes())
    });
    contents.into_iter().find(|content| is_it(content))
}

fn known(root: &Path, files: &[(PathBuf, PathBuf)]) -> Option<BTreeSet<PathBuf>> {
    // Git reads one path from each line. In a folder of a larger repository, paths begin elsewhere.
    let is_line = |path: &Path| path.to_str().is_some_and(|path| !path.contains('\n'));
    let there = files
        .iter()
        .filter(|(file, _)| is_line(file) && root.join(file).is_file());
    let there: Vec<_> = there.collect();
    let names: Vec<_> = there
        .iter()
        .map(|(file, _)| format!("{}\n", root.join(file).display()))
        .collect();
    let hashes = git(root, &["hash-object", "--stdin-paths"], &names.concat())?;
    let log = [
        "log",
        "--format=",
        "--no-show-signature",
        "--raw",
        "--no-abbrev",
        "--no-renames",
        "--relative",
        "-z",
        "--",
    ];
    let tracked: Vec<String> = there
        .iter()
        .map(|(_, tracked)| tracked.display().to_string().replace('\\', "/"))
        .collect();
    let args: Vec<&str> = log
        .into_iter()
        .chain(tracked.iter().map(String::as_str))
        .collect();
    let history = git(root, &args, "")?;
    // Each change is `:MODES OLD NEW KIND`, and then the path.
    let mut words = history.split('\0');
    let mut versions = BTreeSet::new();
    while let (Some(change), Some(path)) = (words.next(), words.next()) {
        let hash = change.split(' ').nth(3);
        versions.extend(hash.map(|hash| (path.to_owned(), hash.to_owned())));
    }
    let pairs = there.iter().zip(tracked).zip(hashes.lines());
    let found = pairs
        .filter(|((_, tracked), hash)| versions.contains(&(tracked.clone(), (*hash).to_owned())));
    Some(found.map(|(((_, path), _), _)| path.clone()).collect())
}

/// The stdout of git. `None` if it fails.
fn git(root: &Path, args: &[&str], input: &str) -> Option<String> {
    let mut child = Command::new("git")
        .args(args)
        .current_dir(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    // It answers while we write, so another thread writes. Its stdin closes at the end.
    let stdin = child.stdin.take();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || {
        let _ = stdin.map(|mut stdin| stdin.write_all(input.as_bytes()));
    });
    let output = child.wait_with_output().ok()?;
    let _ = writer.join();
    let text = output.status.success().then_some(output.stdout)?;
    String::from_utf8(text).ok()
}
