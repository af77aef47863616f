//! Checks the index of pitfalls in `main.rs` against the sources of the crate.

#[path = "../shared/code.rs"]
mod code;
#[path = "../shared/rust_files.rs"]
mod rust_files;

use code::code;
use rust_files::rust_files;
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::Path,
};

/// Set this variable to write the index instead of checking it.
const UPDATE: &str = "UPDATE_PITFALL_INDEX";
const WIDTH: usize = 86;

/// The modules with tests of each pitfall.
type Index = BTreeMap<u32, BTreeSet<String>>;

fn crate_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The name of a file in the index: the path of its module in the crate or in this
/// test, or the file itself for another test.
fn index_name(file: &Path) -> String {
    let relative = file.strip_prefix(crate_root()).unwrap();
    let module = |path: &Path| {
        let path = path.with_extension("");
        let parts = path.iter().map(|part| part.to_str().unwrap());
        let parts: Vec<_> = parts.filter(|part| *part != "mod").collect();
        parts.join("::")
    };
    if let Ok(path) = relative.strip_prefix("src") {
        module(path)
    } else if let Ok(path) = relative.strip_prefix("tests/pitfalls") {
        module(path)
    } else {
        let parts: Vec<_> = relative.iter().map(|part| part.to_str().unwrap()).collect();
        parts.join("/")
    }
}

/// The numbers of the pitfalls that have tests in this text.
fn pitfall_tests(text: &str) -> impl Iterator<Item = u32> {
    text.lines().filter_map(|line| {
        let name = line.trim_start().strip_prefix("fn pitfall_")?;
        let (number, _) = name.split_once('_')?;
        number.parse().ok()
    })
}

/// What the sources say.
fn pitfalls_in_sources() -> Index {
    let mut index = Index::new();
    for file in ["src", "tests"].into_iter().flat_map(rust_files) {
        let text = fs::read_to_string(&file).unwrap();
        for pitfall in pitfall_tests(&text) {
            index.entry(pitfall).or_default().insert(index_name(&file));
        }
    }
    index
}

/// The number of the pitfall that begins on this line of the index.
fn pitfall_that_begins(line: &str) -> Option<u32> {
    line.strip_prefix("//! ")?.split_once(". ")?.0.parse().ok()
}

/// What the index says.
fn pitfalls_in_index(text: &str) -> Index {
    let mut index = Index::new();
    let mut modules = None;
    for line in text.lines().take_while(|line| line.starts_with("//!")) {
        if let Some(pitfall) = pitfall_that_begins(line) {
            modules = Some((index.entry(pitfall).or_default(), false));
            continue;
        }
        let Some((modules, is_list)) = &mut modules else {
            continue;
        };
        *is_list |= line.trim_start_matches("//!").trim().starts_with("Tests:");
        *is_list &= line != "//!";
        if *is_list {
            modules.extend(code(line).map(str::to_owned));
        }
    }
    index
}

/// The index with the lists of modules that `found` has.
fn with_modules(text: &str, found: &Index) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut pitfall = None;
    let mut in_list = false;
    for line in text.lines() {
        if let Some(begins) = pitfall_that_begins(line) {
            (pitfall, in_list) = (Some(begins), false);
        } else if line == "//!" || !line.starts_with("//!") {
            (pitfall, in_list) = (None, false);
        }
        let Some(pitfall) =
            pitfall.filter(|_| line.trim_start_matches("//!").trim().starts_with("Tests:"))
        else {
            if !in_list {
                lines.push(line.to_owned());
            }
            continue;
        };
        in_list = true;
        let indent = line.find("Tests:").unwrap();
        let mut current = line[..indent].to_owned() + "Tests:";
        let none = BTreeSet::new();
        let modules = found.get(&pitfall).unwrap_or(&none);
        for (number, module) in modules.iter().enumerate() {
            let end = if number + 1 == modules.len() {
                '.'
            } else {
                ','
            };
            let word = format!("`{module}`{end}");
            if current.len() + 1 + word.len() > WIDTH {
                lines.push(current);
                current = format!("{}{word}", &line[..indent]);
            } else {
                current = format!("{current} {word}");
            }
        }
        lines.push(current);
    }
    lines.join("\n") + "\n"
}

#[test]
fn the_index_of_pitfalls_names_exactly_the_modules_with_their_tests() {
    let path = crate_root().join("tests/pitfalls/main.rs");
    let text = fs::read_to_string(&path).unwrap();
    let found = pitfalls_in_sources();
    if env::var_os(UPDATE).is_some() {
        fs::write(&path, with_modules(&text, &found)).unwrap();
        return;
    }
    let index = pitfalls_in_index(&text);
    let none = BTreeSet::new();
    let mut errors = Vec::new();
    for pitfall in index.keys().chain(found.keys()).collect::<BTreeSet<_>>() {
        let Some(named) = index.get(pitfall) else {
            errors.push(format!("pitfall {pitfall} has tests, but no entry"));
            continue;
        };
        let tested = found.get(pitfall).unwrap_or(&none);
        for module in named.difference(tested) {
            errors.push(format!(
                "pitfall {pitfall} names `{module}`, which has no test `pitfall_{pitfall:02}_…`"
            ));
        }
        for module in tested.difference(named) {
            errors.push(format!(
                "pitfall {pitfall} does not name `{module}`, which has a test `pitfall_{pitfall:02}_…`"
            ));
        }
        if tested.is_empty() {
            errors.push(format!("pitfall {pitfall} has no tests"));
        }
    }
    assert!(
        errors.is_empty(),
        "the index of pitfalls in tests/pitfalls/main.rs is wrong:\n{}\n\
         To write the lists anew: {UPDATE}=1 cargo test -p wakeful --test pitfalls index",
        errors.join("\n"),
    );
}

#[test]
fn an_updated_index_says_what_was_found() {
    let text = "//! Pitfalls.\n//!\n//! 1. The `first`.\n//!    Tests: `old`,\n//!    `older`.\n\
                //! 2. The second.\n//!    Tests:\n//!\n//! The end.\nmod a;\n";
    let modules = ["multi_thread", "task::models"].map(str::to_owned);
    let found = Index::from([
        (1, BTreeSet::from(modules.clone())),
        (2, BTreeSet::from(modules)),
    ]);
    let updated = with_modules(text, &found);
    assert_eq!(pitfalls_in_index(&updated), found);
    assert_eq!(
        updated,
        "//! Pitfalls.\n//!\n//! 1. The `first`.\n//!    Tests: `multi_thread`, `task::models`.\n\
         //! 2. The second.\n//!    Tests: `multi_thread`, `task::models`.\n//!\n//! The end.\nmod a;\n"
    );
}
