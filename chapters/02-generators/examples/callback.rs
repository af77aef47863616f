//! Where do two backups differ? Found with a callback, then with an iterator.

use generators::Folder;

/// One file of `first` bytes, and five levels of folders with ten children each.
fn backup(first: u64) -> Folder {
    fn level(depth: u32) -> Vec<Folder> {
        let folder = |n| Folder::new(&format!("{depth}.{n}"), 1, level(depth - 1));
        if depth == 0 { vec![] } else { (0..10).map(folder).collect() }
    }
    let mut children = vec![Folder::new("a.txt", first, vec![])];
    children.extend(level(5));
    Folder::new("backup", 0, children)
}

fn main() {
    let (old, new) = (backup(1), backup(2));

    // ANCHOR: callback
    let (mut seen_old, mut seen_new) = (Vec::new(), Vec::new());
    old.for_each(&mut |line| seen_old.push(line));
    new.for_each(&mut |line| seen_new.push(line));
    let at = seen_old.iter().zip(&seen_new).position(|(old, new)| old != new);
    // ANCHOR_END: callback
    report("callback", at, seen_old.len() + seen_new.len());

    let mut seen = 0;
    let mut pairs = old.lines().zip(new.lines()).inspect(|_| seen += 2);
    let at = pairs.position(|(old, new)| old != new);
    report("iterator", at, seen);
}

fn report(how: &str, at: Option<usize>, seen: usize) {
    let what = at.map_or("no line".to_string(), |at| format!("line {}", at + 1));
    println!("{how}: {what} differs, found after seeing {seen} lines");
}
