//! `work/.news`: the news of updates, until the reader has put them away on a page of the book.
//!
//! Several `cargo course` may run at once, and only one of them makes an update. It keeps the news here, and
//! the others read them. Each line is one piece of news, and an indented line belongs to the one before it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::{WorkError, lock};
use crate::catalog::Layout;
use crate::files;

/// We keep this many pieces of news. A reader who never opens the book never puts them away.
const MOST: usize = 100;

/// Where the news are.
pub fn news_file(layout: &Layout) -> PathBuf {
    layout.yours().join(".news")
}

/// All of the news, the oldest first. Empty if they cannot be read.
pub fn news(layout: &Layout) -> Vec<String> {
    split(&files::read(&news_file(layout)).unwrap_or_default())
}

/// Adds a text of one or more lines. What is known already is not added again.
///
/// # Errors
/// If the file cannot be written, or another course holds the lock.
pub fn keep_news(layout: &Layout, text: &str) -> Result<(), WorkError> {
    change(layout, |pieces| {
        let new = split(text);
        pieces.retain(|piece| !new.iter().any(|new| replaces(new, piece)));
        pieces.extend(new);
        let mut seen = BTreeSet::new();
        pieces.retain(|piece| seen.insert(piece.clone()));
        let old = pieces.len().saturating_sub(MOST);
        pieces.drain(..old);
    })
}

/// Whether a piece of news says of an exercise what it is now, and an older one what it was: gone, back,
/// renamed.
pub fn replaces(new: &str, old: &str) -> bool {
    fn subject(piece: &str) -> Option<&str> {
        let (subject, _) = piece.split_once(" is ")?;
        subject.strip_prefix("The exercise ")
    }
    subject(old).is_some_and(|exercise| new != old && subject(new) == Some(exercise))
}

/// Removes the news that an exercise has changed, after its file was reset or filled.
pub fn forget_news(layout: &Layout, id: &str) {
    let changed = format!("{id} has changed since ");
    // If the news cannot be written, the reader can still put them away.
    let _ = change(layout, |pieces| {
        pieces.retain(|piece| !piece.starts_with(&changed));
    });
}

/// Removes the oldest news, as many as the reader has read.
///
/// # Errors
/// If the file cannot be written, or another course holds the lock.
pub fn put_away(layout: &Layout, read: usize) -> Result<(), WorkError> {
    change(layout, |pieces| {
        pieces.drain(..read.min(pieces.len()));
    })
}

fn change(layout: &Layout, change: impl FnOnce(&mut Vec<String>)) -> Result<(), WorkError> {
    // The clone may have been moved, and nothing reads the news in its old folder.
    if !layout.is_there() {
        return Ok(());
    }
    let _lock = lock(&layout.yours().join(".lock"))?;
    let before = news(layout);
    let mut pieces = before.clone();
    change(&mut pieces);
    if pieces != before {
        let text: Vec<String> = pieces.iter().map(|piece| format!("{piece}\n")).collect();
        files::write_atomically(&news_file(layout), text.concat().as_bytes())?;
    }
    Ok(())
}

fn split(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for line in text.lines() {
        match pieces.last_mut() {
            Some(last) if line.starts_with(' ') => {
                last.push('\n');
                last.push_str(line);
            }
            _ => pieces.push(line.to_owned()),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course() -> (tempfile::TempDir, Layout) {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::at(dir.path());
        std::fs::write(dir.path().join("Cargo.toml"), "").unwrap();
        for made in [layout.yours(), layout.solutions()] {
            std::fs::create_dir(made).unwrap();
        }
        (dir, layout)
    }

    #[test]
    fn news_are_kept_once_until_they_are_put_away() {
        let (_dir, layout) = course();
        keep_news(&layout, "one\ntwo\n  of two").unwrap();
        keep_news(&layout, "one\nthree").unwrap();
        assert_eq!(news(&layout), ["one", "two\n  of two", "three"]);
        put_away(&layout, 2).unwrap();
        assert_eq!(news(&layout), ["three"]);
        put_away(&layout, 9).unwrap();
        assert!(news(&layout).is_empty());
    }

    #[test]
    fn what_an_exercise_is_now_replaces_what_it_was() {
        let (_dir, layout) = course();
        let gone = "The exercise a/b is no longer part of the course.";
        let back = "The exercise a/b is part of the course again, with your file.";
        let other = "The exercise a/c is no longer part of the course.";
        for (now, kept) in [
            (gone, vec![gone]),
            (other, vec![gone, other]),
            (back, vec![other, back]),
            (back, vec![other, back]),
            (gone, vec![other, gone]),
        ] {
            keep_news(&layout, now).unwrap();
            assert_eq!(news(&layout), kept);
        }
    }

    #[test]
    fn old_news_make_room_for_new_ones() {
        let (_dir, layout) = course();
        let many: Vec<String> = (0..300).map(|n| format!("{n}\n")).collect();
        keep_news(&layout, &many.concat()).unwrap();
        let kept = news(&layout);
        assert_eq!((kept.len(), &*kept[0]), (MOST, "200"));
    }
}
