//! Turns a crate into a module of one file: `pub mod generators { … }`. The Rust playground takes only one file.
//!
//! The text stays as its author wrote it, with these changes:
//!
//! | in the crate | in the module |
//! |---|---|
//! | `mod decoder;` | `mod decoder { … }` |
//! | `crate::Decoder` | `crate::generators::Decoder` |
//! | `waiting::End`, a path into another crate of the book | `crate::waiting::End` |
//! | an item with `#[cfg(feature = "…")]` | nothing, because the features of a chapter are off |
//! | `// ANCHOR: name` | nothing |

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, Group, LexError, TokenStream, TokenTree};

use super::source::is_marker;
use crate::files::{self, FileError};

/// Why a crate cannot become a module.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("`{}` is no Rust that we can read: {why}", path.display())]
    NotRust { path: PathBuf, why: String },
}

/// The crate with this name as a module of the same name. `root` is its `lib.rs`, and `others` are the names of
/// the crates that are modules next to it.
pub fn module(name: &str, root: &Path, others: &[&str]) -> Result<String, MergeError> {
    let directory = root.parent().unwrap_or(Path::new(""));
    let merge = Merge { name, others };
    let inside = merge.file(root, directory)?;
    Ok(format!("pub mod {name} {{\n{}}}\n", indented(&inside)))
}

/// Indents each line, except inside a literal.
pub fn indented(text: &str) -> String {
    let mut literals = Vec::new();
    if let Ok(tokens) = text.parse() {
        collect_literals(tokens, &mut literals);
    }
    let mut out = String::with_capacity(text.len() * 5 / 4);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let inside = |range: &Range<usize>| range.start < at && at < range.end;
        if !line.trim().is_empty() && !literals.iter().any(inside) {
            out.push_str("    ");
        }
        out.push_str(line);
        at += line.len();
    }
    out
}

fn collect_literals(tokens: TokenStream, literals: &mut Vec<Range<usize>>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect_literals(group.stream(), literals),
            TokenTree::Literal(literal) => literals.push(literal.span().byte_range()),
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

struct Merge<'a> {
    name: &'a str,
    others: &'a [&'a str],
}

/// Replaces a range of the text.
type Edit = (Range<usize>, String);

impl Merge<'_> {
    /// The text of a file, as the inside of a module. `directory` has the files of its modules.
    fn file(&self, path: &Path, directory: &Path) -> Result<String, MergeError> {
        let read = files::read(path)?;
        let lines: Vec<_> = read.lines().filter(|line| !is_marker(line)).collect();
        let mut text = lines.join("\n") + "\n";
        let tokens: TokenStream = text.parse().map_err(|why: LexError| MergeError::NotRust {
            path: path.to_owned(),
            why: why.to_string(),
        })?;
        let tokens: Vec<_> = tokens.into_iter().collect();
        let declared = declared(&tokens);
        let mut edits = Vec::new();
        self.tokens(&tokens, false, &declared, directory, &mut edits)?;
        edits.sort_by_key(|(range, _)| range.start);
        for (range, new) in edits.into_iter().rev() {
            text.replace_range(range, &new);
        }
        Ok(text)
    }

    /// Collects the edits. With `import`, the tokens are those in `use { … };`.
    fn tokens(
        &self,
        tokens: &[TokenTree],
        import: bool,
        declared: &[String],
        directory: &Path,
        edits: &mut Vec<Edit>,
    ) -> Result<(), MergeError> {
        let mut at = 0;
        while at < tokens.len() {
            let attributes = attributes(&tokens[at..]);
            if attributes > 0 {
                let (end, removed) = without_features(tokens, at, attributes);
                edits.extend(removed);
                at = end;
                continue;
            }
            match &tokens[at] {
                TokenTree::Group(group) => {
                    let inside: Vec<_> = group.stream().into_iter().collect();
                    let import = is_word(tokens[..at].last(), "use");
                    self.tokens(&inside, import, declared, directory, edits)?;
                }
                TokenTree::Ident(ident) => {
                    let word = ident.to_string();
                    if word == "mod"
                        && let Some(name) = file_module(&tokens[at..])
                    {
                        let inside = self.submodule(&name, directory)?;
                        let semicolon = tokens[at + 2].span().byte_range();
                        edits.push((semicolon, format!(" {{\n{}}}", indented(&inside))));
                        at += 2;
                    } else if let Some(edit) = self.path(tokens, at, import, declared) {
                        edits.push(edit);
                    }
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            at += 1;
        }
        Ok(())
    }

    fn submodule(&self, name: &str, directory: &Path) -> Result<String, MergeError> {
        let own = directory.join(name);
        let file = own.with_extension("rs");
        let file = if file.is_file() {
            file
        } else {
            own.join("mod.rs")
        };
        self.file(&file, &own)
    }

    /// The edit of a path that starts at `at`, if it leads to a crate.
    fn path(
        &self,
        tokens: &[TokenTree],
        at: usize,
        import: bool,
        declared: &[String],
    ) -> Option<Edit> {
        let word = tokens[at].to_string();
        let range = tokens[at].span().byte_range();
        let (before, after) = (&tokens[..at], &tokens[at + 1..]);
        if word == "crate" {
            return is_colons(after).then(|| (range, format!("crate::{}", self.name)));
        }
        if !self.others.contains(&&*word) {
            return None;
        }
        let path = format!("crate::{word}");
        if let Some(colons) = at.checked_sub(2).filter(|from| is_colons(&before[*from..])) {
            // `::executor::JoinError` names a crate, and `sockets::executor` does not.
            let earlier = before[..colons].last();
            let within = matches!(earlier, Some(TokenTree::Ident(_))) && !is_word(earlier, "use");
            let start = before[colons].span().byte_range().start;
            return (!within).then_some((start..range.end, path));
        }
        let first = match before.last() {
            Some(TokenTree::Punct(mark)) => import && mark.as_char() == ',',
            None => import,
            last => is_word(last, "use"),
        };
        let names_it = first || is_colons(after);
        (names_it && !declared.contains(&word)).then_some((range, path))
    }
}

fn is_word(token: Option<&TokenTree>, word: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(ident)) if *ident == word)
}

/// The modules that a file declares. In this file, their names are no names of crates.
fn declared(tokens: &[TokenTree]) -> Vec<String> {
    let pairs = tokens.windows(2).filter_map(|pair| match pair {
        [TokenTree::Ident(word), TokenTree::Ident(name)] if *word == "mod" => {
            Some(name.to_string())
        }
        _ => None,
    });
    pairs.collect()
}

/// The name in `mod name;`.
fn file_module(tokens: &[TokenTree]) -> Option<String> {
    match tokens {
        [_, TokenTree::Ident(name), TokenTree::Punct(end), ..] if end.as_char() == ';' => {
            Some(name.to_string())
        }
        _ => None,
    }
}

fn is_colons(tokens: &[TokenTree]) -> bool {
    let colon =
        |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ':');
    matches!(tokens, [one, two, ..] if colon(one) && colon(two))
}

/// The attribute at the start, without its `#`.
fn attribute(tokens: &[TokenTree]) -> Option<&Group> {
    match tokens {
        [TokenTree::Punct(mark), TokenTree::Group(group), ..]
            if mark.as_char() == '#' && group.delimiter() == Delimiter::Bracket =>
        {
            Some(group)
        }
        _ => None,
    }
}

/// How many tokens the attributes and doc comments at the start have.
fn attributes(tokens: &[TokenTree]) -> usize {
    let mut at = 0;
    while attribute(&tokens[at..]).is_some() {
        at += 2;
    }
    at
}

/// Whether the condition of `#[cfg(feature = "…")]` holds without features.
fn holds(attribute: &Group) -> Option<bool> {
    let text = attribute.stream().to_string().replace(' ', "");
    if text.starts_with("cfg(feature=") {
        Some(false)
    } else {
        text.starts_with("cfg(not(feature=").then_some(true)
    }
}

/// Looks at an item with `count` tokens of attributes. Returns where to go on, and what to remove: the whole item
/// if it belongs to a feature, or only the attribute if the item is for builds without the feature.
fn without_features(tokens: &[TokenTree], at: usize, count: usize) -> (usize, Vec<Edit>) {
    let remove = |first: usize, last: usize| {
        let start = tokens[first].span().byte_range().start;
        (start..tokens[last].span().byte_range().end, String::new())
    };
    let conditions = (at..at + count)
        .step_by(2)
        .filter_map(|at| Some((at, holds(attribute(&tokens[at..])?)?)));
    let conditions: Vec<_> = conditions.collect();
    if conditions.iter().any(|(_, holds)| !holds) {
        let after = at + count + item(&tokens[at + count..]);
        return (after, vec![remove(at, after - 1)]);
    }
    let removed = conditions.iter().map(|&(at, _)| remove(at, at + 1));
    (at + count, removed.collect())
}

/// How many tokens the item at the start has.
fn item(tokens: &[TokenTree]) -> usize {
    // `use a::{b, c};` has a brace before its end.
    let imports = tokens
        .iter()
        .take(3)
        .any(|token| is_word(Some(token), "use"));
    let ends = |token: &TokenTree| match token {
        TokenTree::Punct(mark) => mark.as_char() == ';',
        TokenTree::Group(group) => !imports && group.delimiter() == Delimiter::Brace,
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    };
    let last = tokens.iter().position(ends);
    last.map_or(tokens.len(), |last| last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn merged(files: &[(&str, &str)]) -> String {
        let directory = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = directory.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        module(
            "lamps",
            &directory.path().join("lib.rs"),
            &["waiting", "executor"],
        )
        .unwrap()
    }

    #[test]
    fn the_files_of_a_crate_become_nested_modules() {
        let text = merged(&[
            (
                "lib.rs",
                "//! Lamps.\n\n// ANCHOR: a\nmod a;\npub mod b;\n// ANCHOR_END: a\n",
            ),
            ("a.rs", "mod deep;\n"),
            ("a/deep.rs", "pub struct Deep;\n"),
            ("b/mod.rs", "pub struct B;\n"),
        ]);
        assert_eq!(
            text,
            "pub mod lamps {\n    //! Lamps.\n\n    mod a {\n        mod deep {\n            pub struct Deep;\n        }\n    }\n    \
             pub mod b {\n        pub struct B;\n    }\n}\n"
        );
    }

    #[test]
    fn paths_to_crates_become_paths_to_modules() {
        let text = merged(&[(
            "lib.rs",
            "pub use waiting::End;\nuse crate::x::{self};\nuse ::executor::JoinError;\nuse waiting;\n\
             pub use {executor, std::{a, executor}, waiting::{self}};\n\
             pub(crate) fn f(a: waiting::End) -> crate::X { sockets::waiting::g(); std::x::<waiting::Y>() }\n",
        )]);
        for line in [
            "pub use crate::waiting::End;",
            "use crate::lamps::x::{self};",
            "use crate::executor::JoinError;",
            "use crate::waiting;",
            "pub use {crate::executor, std::{a, executor}, crate::waiting::{self}};",
            "pub(crate) fn f(a: crate::waiting::End) -> crate::lamps::X { sockets::waiting::g(); std::x::<crate::waiting::Y>() }",
        ] {
            assert!(text.contains(&format!("    {line}\n")), "{line} in {text}");
        }
    }

    #[test]
    fn a_module_hides_the_crate_of_the_same_name_only_in_the_file_that_declares_it() {
        let text = merged(&[
            (
                "lib.rs",
                "mod executor;\npub use executor::Mine;\npub use ::executor::Other;\n",
            ),
            ("executor.rs", "use executor::Other;\n"),
        ]);
        assert!(text.contains("pub use executor::Mine;"), "{text}");
        assert!(text.contains("pub use crate::executor::Other;"), "{text}");
        assert!(
            text.contains("        use crate::executor::Other;"),
            "{text}"
        );
    }

    #[test]
    fn items_of_a_feature_are_gone_and_items_without_it_stay() {
        let text = merged(&[(
            "lib.rs",
            "#[cfg(feature = \"loom\")]\npub use loom::{a, b};\n#[cfg(not(feature = \"loom\"))]\npub use std::a;\n\
             /// Only loom's.\n#[cfg(feature = \"loom\")]\n#[derive(Debug)]\nstruct A {\n    a: u8,\n}\nfn last() {}\n",
        )]);
        let code = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(code, "pub mod lamps { pub use std::a; fn last() {} }");
    }

    #[test]
    fn the_lines_of_a_literal_keep_their_indentation() {
        assert_eq!(
            indented("let a = \"one\n  two\n\";\n\nlet b = 1;\n"),
            "    let a = \"one\n  two\n\";\n\n    let b = 1;\n"
        );
    }
}
