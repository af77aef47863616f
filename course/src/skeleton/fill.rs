//! Writes our solution of a module over the reader's file and keeps the reader's version.

use std::path::PathBuf;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::{SkeletonError, YOURS, holes, write};
use crate::catalog::{Catalog, Exercise, Layout};
use crate::files::{self, FileError};

/// Writes our solution to the reader's file. Returns the path of the reader's version, if there was one.
pub fn fill(layout: &Layout, exercise: &Exercise) -> Result<Option<PathBuf>, SkeletonError> {
    let source = source(layout, exercise)?;
    let hole = |source| hole_error(layout, exercise, source);
    let solution = holes::solution(&source).map_err(hole)?;
    let skeleton = holes::skeleton(&source).map_err(hole)?;
    let path = exercise.path(layout);
    let kept = match files::read_bytes(&path, files::LARGEST) {
        Ok(now) if now == solution.as_bytes() => return Ok(None),
        Ok(now) if now == skeleton.as_bytes() => None,
        // The copy comes first, so the reader's version exists at all times.
        Ok(now) => Some(files::keep_copy(&path, &now, YOURS)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(FileError::new("read", path)(error).into()),
    };
    write::put(&path, solution.as_bytes())?;
    Ok(kept)
}

/// Our solution of an exercise, without the marks of the holes.
pub fn our_solution(layout: &Layout, exercise: &Exercise) -> Result<String, SkeletonError> {
    let source = source(layout, exercise)?;
    holes::solution(&source).map_err(|source| hole_error(layout, exercise, source))
}

/// Whether the reader's file is our solution.
pub fn is_filled(layout: &Layout, exercise: &Exercise) -> bool {
    let solution = our_solution(layout, exercise);
    solution.is_ok_and(|solution| files::is(&exercise.path(layout), solution.as_bytes()))
}

/// The tokens of a source file without its comments. `None` if it is no Rust code.
pub fn code(source: &str) -> Option<String> {
    source
        .parse()
        .ok()
        .map(|tokens| without_docs(tokens).to_string())
}

/// Removes the doc comments, which the lexer turns into attributes.
fn without_docs(tokens: TokenStream) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let TokenTree::Group(group) = token else {
            kept.push(token);
            continue;
        };
        let is_mark = |token: &TokenTree, mark| matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark);
        let begins_with_doc = matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(name)) if name == "doc");
        let inner = kept.last().is_some_and(|last| is_mark(last, '!'));
        let hash = kept.len().wrapping_sub(1 + usize::from(inner));
        let is_attribute = group.delimiter() == Delimiter::Bracket
            && kept.get(hash).is_some_and(|token| is_mark(token, '#'));
        if is_attribute && begins_with_doc {
            kept.truncate(hash);
        } else {
            let inside = without_docs(group.stream());
            kept.push(Group::new(group.delimiter(), inside).into());
        }
    }
    kept.into_iter().collect()
}

/// Whether this content is the exercise's skeleton.
pub fn is_skeleton(layout: &Layout, exercise: &Exercise, content: &[u8]) -> bool {
    let skeleton = source(layout, exercise).ok();
    let skeleton = skeleton.and_then(|source| holes::skeleton(&source).ok());
    skeleton.is_some_and(|skeleton| skeleton.as_bytes() == content)
}

/// Whether the reader's file is unfinished. It is if it equals the skeleton or still has one of the
/// skeleton's `todo!` lines.
pub fn is_open(layout: &Layout, exercise: &Exercise) -> bool {
    let skeleton = source(layout, exercise).ok();
    let skeleton = skeleton.and_then(|source| holes::skeleton(&source).ok());
    let (Some(skeleton), Ok(yours)) = (skeleton, files::read(&exercise.path(layout))) else {
        return false;
    };
    if yours == skeleton {
        return true;
    }
    let holes = skeleton.lines().map(str::trim).filter(|line| is_hole(line));
    let code = code(&yours);
    holes
        .into_iter()
        .any(|hole| match (&code, self::code(hole)) {
            // A hole that stays in a comment is no code.
            (Some(code), Some(hole)) => code.contains(&hole),
            // Half a file, or half a line: compare the text.
            _ => yours.lines().any(|line| line.trim() == hole),
        })
}

/// The line of the reader's file where the work begins, counted from 1: its first `todo!`. In a file
/// without one, where the reader looks for a bug, it is the first item.
pub fn first_hole(layout: &Layout, exercise: &Exercise) -> usize {
    let yours = files::read(&exercise.path(layout)).unwrap_or_default();
    let hole = yours.lines().position(is_hole);
    hole.or_else(|| first_item(&yours))
        .map_or(1, |index| index + 1)
}

/// The index of the line where the first item begins, with its doc comment. The comment of the module and
/// the `use` lines are above it.
fn first_item(source: &str) -> Option<usize> {
    let mut in_use = false;
    source.lines().position(|line| {
        let line = line.trim();
        in_use |= line.starts_with("use ") || line.starts_with("pub use ");
        let comment = line.starts_with("//") && !line.starts_with("///");
        let above = in_use || comment || line.is_empty() || line.starts_with("#![");
        in_use &= !line.contains(';');
        !above
    })
}

/// Whether the line has a `todo!` outside a comment.
fn is_hole(line: &str) -> bool {
    line.contains("todo!") && !line.trim_start().starts_with("//")
}

/// The unfinished modules among those that these ids need, in the book's order.
pub fn open<'a>(layout: &Layout, catalog: &'a Catalog, uses: &[String]) -> Vec<&'a Exercise> {
    let mut needed = catalog.needs(uses);
    needed.retain(|exercise| is_open(layout, exercise));
    needed
}

fn source(layout: &Layout, exercise: &Exercise) -> Result<String, FileError> {
    files::read(&exercise.solution_path(layout))
}

fn hole_error(layout: &Layout, exercise: &Exercise, source: holes::HoleError) -> SkeletonError {
    SkeletonError::Hole {
        path: exercise.solution_path(layout),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::{code, first_item};

    #[test]
    fn a_hole_is_code_and_not_a_comment() {
        let hole = code("todo!(\"count {x:?}\")").unwrap();
        let has = |text: &str| code(text).unwrap().contains(&hole);
        assert!(has("fn f() {\n    todo!( \"count {x:?}\" )\n}\n"));
        assert!(!has(
            "fn f() {\n    /* todo!(\"count {x:?}\") */\n    1\n}\n"
        ));
    }

    #[test]
    fn comments_and_spaces_are_no_code() {
        let ours = "//! Ours.\n\n/// Two.\n#[must_use]\npub fn two() -> u32 {\n    1 + 1\n}\n";
        let with_comments =
            "//! Mine.\n/* long */\n#[must_use]\npub fn two() -> u32 { // why\n    1 + 1 }\n";
        assert_eq!(code(ours), code(with_comments));
        assert!(code(ours).is_some());
        for other in [
            ours.replace("1 + 1", "2"),
            ours.replace("#[must_use]\n", ""),
            ours.replace("two", "too"),
        ] {
            assert_ne!(code(ours), code(&other), "{other}");
        }
        assert_eq!(code("fn two( {"), None);
    }

    #[test]
    fn the_first_item_begins_with_its_doc_comment_below_the_use_lines() {
        let head = "//! A module.\n\n#![allow(unused)]\nuse std::io;\npub use std::{\n    fmt,\n    mem,\n};\n\n// A note.\n";
        for item in [
            "/// An item.\nfn f() {}\n",
            "#[test]\nfn f() {}\n",
            "fn f() {}",
        ] {
            let source = format!("{head}{item}");
            assert_eq!(first_item(&source), Some(10), "{source}");
        }
        assert_eq!(first_item("fn f() {}"), Some(0));
        assert_eq!(first_item(head), None);
        assert_eq!(first_item("use std::{"), None);
    }
}
