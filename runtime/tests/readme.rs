//! The README says where to look, so its tables must follow the code.
#![cfg(not(any(loom, miri, shuttle)))]

#[path = "shared/code.rs"]
mod code;

use code::code;
use std::{fs, path::Path};

const README: &str = include_str!("../README.md");
const LAYERS: &str = include_str!("../layers.txt");

/// The lines of a table in the section under this heading.
fn rows(heading: &str) -> impl Iterator<Item = &'static str> {
    let (_, section) = README.split_once(heading).expect("the section");
    let section = section.split("\n## ").next().expect("some text");
    section.lines().filter(|line| line.starts_with("| "))
}

#[test]
fn each_file_that_the_readme_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_path = |word: &str| {
        !word.contains([' ', ':', '*'])
            && (word.ends_with('/') || word.contains('/') && Path::new(word).extension().is_some())
    };
    let mut count = 0;
    for path in code(README).filter(|word| is_path(word)) {
        let exists = root.join(path).exists() || root.join("src").join(path).exists();
        assert!(exists, "the README names {path}");
        count += 1;
    }
    assert!(count > 100, "few paths were found: {count}");
}

/// Whether a source file defines this function.
fn defines(text: &str, function: &str) -> bool {
    let begins = format!("fn {function}");
    let mut after = text.split(&begins).skip(1);
    after.any(|rest| rest.starts_with(['(', '<']))
}

#[test]
fn the_function_that_a_row_names_with_its_file_is_there() {
    let mut count = 0;
    for row in rows("## Where to look for a change") {
        let words: Vec<_> = code(row).collect();
        for pair in words.windows(2) {
            let [name, file] = pair else { continue };
            let Some(function) = name.split("::").nth(1) else {
                continue;
            };
            if row.contains(&format!("`{name}` in `{file}`")) {
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file);
                let text = fs::read_to_string(&path).expect("the file exists");
                assert!(defines(&text, function), "{name} is not in {file}");
                count += 1;
            }
        }
    }
    assert!(count > 4, "few functions were found: {count}");
}

#[test]
fn the_modules_are_in_the_order_of_the_layers() {
    let (_, layers) = LAYERS.split_once("[crate]\n").expect("the crate's layers");
    let (layers, _) = layers.split_once("\n\n").expect("the end of the list");
    let rows = rows("## Modules").filter(|row| row.starts_with("| `"));
    let modules = rows.map(|row| {
        let cell = row.split('|').nth(1).expect("a first cell");
        code(cell).collect::<Vec<_>>().join(", ")
    });
    let modules: Vec<_> = modules.collect();
    assert_eq!(modules, layers.lines().collect::<Vec<_>>());
}
