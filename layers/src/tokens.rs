//! Finds what one file says about modules: the modules it declares, the paths it uses, and the names
//! that its `use` items bring in. It reads tokens and not syntax, so it sees the bodies of macros too.

use std::collections::HashSet;
use std::path::PathBuf;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

use crate::cfg;

/// A path in the source, as written: `["super", "state", "Header"]`. `$crate` is `crate`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    pub segments: Vec<String>,
    /// The line of the last segment.
    pub line: usize,
    /// Whether a `pub use` or `pub(…) use` gives the name to others.
    pub reexport: bool,
    /// Whether it is a `pub use`, and the module does not use the name itself.
    pub only_named: bool,
}

/// What a module contains.
#[derive(Debug, Default)]
pub struct Contents {
    /// The modules in the file, with their contents.
    pub inline: Vec<(String, Contents)>,
    /// The modules in other files. The path is that of a `#[path]`.
    pub outline: Vec<(String, Option<PathBuf>)>,
    /// Every path that may lead to another module of the crate.
    pub paths: Vec<Path>,
    /// The names that `use` brings in, and the path of each.
    pub names: Vec<(String, Path)>,
    /// The macros that `#[macro_export]` puts at the root of the crate.
    pub exported: Vec<String>,
    /// The first word of each path outside of `use`.
    words: HashSet<String>,
}

/// Reads one file or one inline module.
pub fn read(stream: TokenStream) -> Contents {
    let mut contents = Contents::default();
    walk(&stream.into_iter().collect::<Vec<_>>(), &mut contents);
    for path in &mut contents.paths {
        let name = path.segments.last().expect("a path has a word");
        path.only_named &= !contents.words.contains(name);
    }
    contents
}

/// The attributes before an item, as far as they matter here.
#[derive(Default)]
struct Attributes {
    only_tests: bool,
    path: Option<PathBuf>,
    exported: bool,
}

fn walk(tokens: &[TokenTree], into: &mut Contents) {
    let mut at = 0;
    let mut attributes = Attributes::default();
    let (mut public, mut restricted) = (false, false);
    while at < tokens.len() {
        if let Some((stream, inner, next)) = attribute(tokens, at) {
            let tests = cfg::only_tests(stream.clone());
            if tests && inner {
                *into = Contents::default();
                return;
            }
            attributes.only_tests |= tests;
            attributes.exported |= is_word(
                stream.clone().into_iter().next().as_ref(),
                &["macro_export"],
            );
            attributes.path = path_of(&stream).or(attributes.path);
            at = next;
            continue;
        }
        if std::mem::take(&mut attributes.only_tests) {
            attributes = Attributes::default();
            at = after_item(tokens, at);
            continue;
        }
        match &tokens[at] {
            TokenTree::Ident(word) if word == "pub" => {
                // The `crate` of `pub(crate)` is no import.
                restricted =
                    group(tokens.get(at + 1), Delimiter::Parenthesis).is_some_and(is_restriction);
                at += if restricted { 2 } else { 1 };
                public = true;
                continue;
            }
            TokenTree::Ident(word) if word == "use" && !is_punct(tokens.get(at + 1), '<') => {
                let end = (at..tokens.len())
                    .find(|&end| is_punct(tokens.get(end), ';'))
                    .unwrap_or(tokens.len());
                tree(
                    &tokens[at + 1..end],
                    &Path {
                        reexport: public,
                        only_named: public && !restricted,
                        ..Path::default()
                    },
                    into,
                );
                at = end;
            }
            TokenTree::Ident(word) if word == "mod" => {
                at = module(tokens, at, attributes.path.take(), into);
            }
            TokenTree::Ident(word)
                if word == "macro_rules" && is_punct(tokens.get(at + 1), '!') =>
            {
                if let (true, Some(TokenTree::Ident(name))) =
                    (attributes.exported, tokens.get(at + 2))
                {
                    into.exported.push(name.to_string());
                }
            }
            TokenTree::Ident(_) if !continues_path(tokens, at) => at = path(tokens, at, into),
            TokenTree::Group(group) => walk(&group.stream().into_iter().collect::<Vec<_>>(), into),
            _ => {}
        }
        attributes = Attributes::default();
        (public, restricted) = (false, false);
        at += 1;
    }
}

/// The attribute at `at`: its contents, whether it is `#![…]`, and the index after it.
fn attribute(tokens: &[TokenTree], at: usize) -> Option<(TokenStream, bool, usize)> {
    if !is_punct(tokens.get(at), '#') {
        return None;
    }
    let inner = is_punct(tokens.get(at + 1), '!');
    let brackets = at + if inner { 2 } else { 1 };
    let stream = group(tokens.get(brackets), Delimiter::Bracket)?;
    Some((stream, inner, brackets + 1))
}

/// The file of `#[path = "…"]`.
fn path_of(attribute: &TokenStream) -> Option<PathBuf> {
    let text = attribute.to_string();
    let (name, value) = text.split_once('=')?;
    (name.trim() == "path").then(|| PathBuf::from(value.trim().trim_matches('"')))
}

/// Whether the parentheses after `pub` restrict it, as in `pub(super)`. The field of
/// `struct Id(pub (u8, u8))` has parentheses too.
fn is_restriction(stream: TokenStream) -> bool {
    is_word(
        stream.into_iter().next().as_ref(),
        &["crate", "super", "self", "in"],
    )
}

/// The words that begin an item or a statement. A field or a match arm begins otherwise.
const ITEMS: [&str; 16] = [
    "async",
    "const",
    "enum",
    "extern",
    "fn",
    "impl",
    "let",
    "macro_rules",
    "mod",
    "static",
    "struct",
    "trait",
    "type",
    "union",
    "unsafe",
    "use",
];

/// The index after the item, field or statement at `at`. Only a field ends at a comma, because the
/// commas of an item may stand in its generics or its `where`.
fn after_item(tokens: &[TokenTree], at: usize) -> usize {
    let mut first = at;
    if is_word(tokens.get(first), &["pub"]) {
        first += if group(tokens.get(first + 1), Delimiter::Parenthesis).is_some() {
            2
        } else {
            1
        };
    }
    let field = !is_word(tokens.get(first), &ITEMS);
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate().skip(at) {
        match token {
            TokenTree::Group(body) if body.delimiter() == Delimiter::Brace => return index + 1,
            TokenTree::Punct(punct) => match punct.as_char() {
                ';' => return index + 1,
                '<' => depth += 1,
                '>' if !is_arrow(tokens, index) => depth -= 1,
                ',' if field && depth == 0 => return index + 1,
                _ => {}
            },
            _ => {}
        }
    }
    tokens.len()
}

/// Whether the `>` at `at` belongs to `->` or `=>`.
fn is_arrow(tokens: &[TokenTree], at: usize) -> bool {
    at > 0 && (is_punct(tokens.get(at - 1), '-') || is_punct(tokens.get(at - 1), '='))
}

/// Reads `mod name { … }` or `mod name;` at `at`. Returns the index of its last token.
fn module(tokens: &[TokenTree], at: usize, path: Option<PathBuf>, into: &mut Contents) -> usize {
    let Some(TokenTree::Ident(name)) = tokens.get(at + 1) else {
        return at;
    };
    if let Some(stream) = group(tokens.get(at + 2), Delimiter::Brace) {
        into.inline.push((name.to_string(), read(stream)));
        at + 2
    } else if is_punct(tokens.get(at + 2), ';') {
        into.outline.push((name.to_string(), path));
        at + 2
    } else {
        at
    }
}

/// Whether the word at `at` is not the first of its path, or a method or field.
fn continues_path(tokens: &[TokenTree], at: usize) -> bool {
    let before = |steps, char| {
        at.checked_sub(steps)
            .is_some_and(|index| is_punct(tokens.get(index), char))
    };
    before(1, ':') && before(2, ':') || before(1, '.') && !before(2, '.')
}

/// Records the path at `at` if it has more than one word. Returns the index of its last token.
fn path(tokens: &[TokenTree], at: usize, into: &mut Contents) -> usize {
    let mut found = Path::default();
    let mut last = at;
    while let Some(TokenTree::Ident(word)) = tokens.get(last) {
        push(&mut found, word);
        if !(is_punct(tokens.get(last + 1), ':') && is_punct(tokens.get(last + 2), ':')) {
            break;
        }
        if !matches!(tokens.get(last + 3), Some(TokenTree::Ident(_))) {
            break;
        }
        last += 3;
    }
    into.words.insert(found.segments[0].clone());
    if found.segments.len() > 1 {
        into.paths.push(found);
    }
    last
}

/// Reads a tree of `use`, and records each of its paths and names.
fn tree(tokens: &[TokenTree], prefix: &Path, into: &mut Contents) {
    let mut path = prefix.clone();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            TokenTree::Ident(word) if word == "as" => {
                if let Some(TokenTree::Ident(name)) = tokens.get(at + 1) {
                    leaf(path, Some(name.to_string()), into);
                }
                return;
            }
            // `{self}` names the prefix.
            TokenTree::Ident(word) if word == "self" && !path.segments.is_empty() => {}
            TokenTree::Ident(word) => push(&mut path, word),
            TokenTree::Punct(star) if star.as_char() == '*' => {
                into.paths.push(path);
                return;
            }
            TokenTree::Group(group) => {
                let parts: Vec<TokenTree> = group.stream().into_iter().collect();
                for part in parts
                    .split(|token| is_punct(Some(token), ','))
                    .filter(|part| !part.is_empty())
                {
                    tree(part, &path, into);
                }
                return;
            }
            _ => {}
        }
        at += 1;
    }
    leaf(path, None, into);
}

fn leaf(path: Path, name: Option<String>, into: &mut Contents) {
    let Some(last) = path.segments.last().cloned() else {
        return;
    };
    into.names.push((name.unwrap_or(last), path.clone()));
    into.paths.push(path);
}

fn push(path: &mut Path, word: &Ident) {
    path.segments.push(word.to_string());
    path.line = word.span().start().line;
}

fn is_word(token: Option<&TokenTree>, words: &[&str]) -> bool {
    matches!(token, Some(TokenTree::Ident(found)) if words.iter().any(|word| found == word))
}

fn is_punct(token: Option<&TokenTree>, char: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}

fn group(token: Option<&TokenTree>, delimiter: Delimiter) -> Option<TokenStream> {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group.stream()),
        _ => None,
    }
}
