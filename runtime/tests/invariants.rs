//! The comments name each invariant of `unsafe` code by a number, such as `H1`. The
//! letters belong to one type or module, so they say where the invariant stands.
#![cfg(not(any(loom, miri, shuttle)))]

#[path = "shared/rust_files.rs"]
mod rust_files;

use rust_files::rust_files;
use std::{collections::BTreeMap, fs};

/// The comments of this crate and of `wakeful-dynamic`, with the file and the number of each line.
fn comments() -> Vec<(String, String)> {
    let mut comments = Vec::new();
    for path in rust_files("src")
        .into_iter()
        .chain(rust_files("dynamic/src"))
    {
        let text = fs::read_to_string(&path).expect("source text");
        for (number, line) in text.lines().enumerate() {
            if let Some((_, comment)) = line.split_once("//") {
                let place = format!("{}:{}", path.display(), number + 1);
                comments.push((place, comment.to_owned()));
            }
        }
    }
    comments
}

/// One or two capital letters and a digit.
fn is_number(word: &str) -> bool {
    let digits = word.trim_start_matches(|letter: char| letter.is_ascii_uppercase());
    matches!(word.len() - digits.len(), 1 | 2)
        && digits.len() == 1
        && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// Each number with the places where its invariant is stated: the number is in bold, or in
/// the first cell of a table.
fn stated() -> BTreeMap<String, Vec<String>> {
    let mut stated: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (place, comment) in comments() {
        let bold = comment.split("**").skip(1).step_by(2);
        let first_cell = comment.split('|').nth(1).map(str::trim);
        for word in bold.chain(first_cell) {
            if is_number(word) {
                stated
                    .entry(word.to_owned())
                    .or_default()
                    .push(place.clone());
            }
        }
    }
    stated
}

#[test]
fn each_number_names_one_invariant() {
    let mut ambiguous = stated();
    assert!(
        ambiguous.len() > 40,
        "few numbers were found: {ambiguous:?}"
    );
    ambiguous.retain(|_, places| places.len() > 1);
    assert!(ambiguous.is_empty(), "{ambiguous:#?}");
}

#[test]
fn each_number_in_a_comment_names_an_invariant() {
    let stated = stated();
    for (place, comment) in comments() {
        let words = comment.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        for word in words.filter(|word| is_number(word)) {
            assert!(
                stated.contains_key(word),
                "{place}: {word} is stated nowhere"
            );
        }
    }
}
