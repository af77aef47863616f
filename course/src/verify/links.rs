//! Checks the links and anchors of the built book.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::report::{Found, VerifyError, count};
use super::workshop::Workshop;
use crate::book;
use crate::catalog::Layout;
use crate::files;

/// Pages that mdBook generates. One resolves links from any address, and another repeats all pages
/// with its own anchors.
const NOT_OURS: [&str; 3] = ["404.html", "print.html", "toc.html"];

/// Builds the book for `cargo course` and for the web, and follows every link inside each.
pub(super) fn prove(layout: &Layout, workshop: &Workshop) -> Result<Found, VerifyError> {
    let mut found = Found::default();
    let (local, published) = (workshop.book(), workshop.published());
    book::build(layout, &local)?;
    book::publish(layout, &published)?;
    let mut proved = Vec::new();
    for out in [local, published] {
        proved.push(follow(&out, &mut found)?);
    }
    // Most faults are in both.
    found.findings.sort_by(|a, b| a.what.cmp(&b.what));
    found.findings.dedup();
    found.proved = proved.join(" and ");
    Ok(found)
}

/// Follows the links of one build. Returns what it saw.
fn follow(out: &Path, found: &mut Found) -> Result<String, VerifyError> {
    let files: BTreeSet<PathBuf> = files::walk(out, &|_| false)?.into_iter().collect();
    let mut pages = BTreeMap::new();
    for file in files.iter().filter(|file| {
        file.extension()
            .is_some_and(|extension| extension == "html")
    }) {
        pages.insert(file.clone(), read(&files::read(&out.join(file))?));
    }
    let mut links = 0;
    for (file, page) in pages
        .iter()
        .filter(|(file, _)| NOT_OURS.iter().all(|not| *file != Path::new(not)))
    {
        for id in &page.twice {
            found.add(
                format!("{}: two elements have the id {id:?}", file.display()),
                "give each its own id",
            );
        }
        for link in &page.links {
            links += 1;
            if let Some(why) = broken(file, link, &files, &pages) {
                found.add(
                    format!("{}: the link {link:?} is broken: {why}", file.display()),
                    "fix the link",
                );
            }
        }
    }
    Ok(format!(
        "{}, {}",
        count(pages.len(), "page"),
        count(links, "link")
    ))
}

/// The anchors of a page, and its links.
#[derive(Debug, Default)]
struct Page {
    ids: BTreeSet<String>,
    twice: BTreeSet<String>,
    links: BTreeSet<String>,
}

fn broken(
    file: &Path,
    link: &str,
    files: &BTreeSet<PathBuf>,
    pages: &BTreeMap<PathBuf, Page>,
) -> Option<String> {
    let scheme = link.split_once(':').map(|(scheme, _)| scheme);
    let leaves = scheme.is_some_and(|scheme| {
        scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '+')
    });
    if leaves || link.starts_with("//") {
        // We do not check links to other sites.
        return None;
    }
    let (path, fragment) = match link.split_once('#') {
        Some((path, fragment)) => (path, Some(fragment)),
        None => (link, None),
    };
    let path = path.split('?').next().unwrap_or("");
    let target = if path.is_empty() {
        file.to_owned()
    } else {
        match resolved(file.parent().unwrap_or(Path::new("")), &decoded(path)) {
            Some(target) => target,
            None => return Some("it leads out of the book".into()),
        }
    };
    let index = target.join("index.html");
    let target = if files.contains(&target) {
        target
    } else {
        index
    };
    if !files.contains(&target) {
        return Some("the file does not exist".into());
    }
    let fragment = decoded(fragment.filter(|fragment| !fragment.is_empty())?);
    let page = pages.get(&target)?;
    (!page.ids.contains(&fragment)).then(|| format!("{} has no id {fragment:?}", target.display()))
}

/// Resolves `a/b.html` + `../c.html` to `c.html`. Returns `None` for a path above the book.
fn resolved(dir: &Path, link: &str) -> Option<PathBuf> {
    let mut path = if link.starts_with('/') {
        PathBuf::new()
    } else {
        dir.to_owned()
    };
    for part in Path::new(link).components() {
        match part {
            Component::Normal(name) => path.push(name),
            Component::ParentDir if !path.pop() => return None,
            _ => {}
        }
    }
    Some(path)
}

/// Decodes `%20` and the like.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .filter(|_| byte == b'%')
            .and_then(|hex| std::str::from_utf8(hex).ok());
        let code = code.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(code.unwrap_or(byte));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Collects the ids and links of a page.
fn read(html: &str) -> Page {
    let tokenizer = Tokenizer::new(Collect::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.page.into_inner()
}

#[derive(Default)]
struct Collect {
    page: RefCell<Page>,
}

impl TokenSink for Collect {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let Token::TagToken(Tag {
            kind: TagKind::StartTag,
            name,
            attrs,
            ..
        }) = token
        else {
            return TokenSinkResult::Continue;
        };
        let mut page = self.page.borrow_mut();
        for attribute in attrs {
            let value = attribute.value.to_string();
            match &*attribute.name.local {
                "id" if !page.ids.insert(value.clone()) => {
                    page.twice.insert(value);
                }
                // Old anchors are `<a name>`. On other elements, a name means something else.
                "name" if &*name == "a" => {
                    page.ids.insert(value);
                }
                "href" | "src" => {
                    page.links.insert(value);
                }
                _ => {}
            }
        }
        // Inside a script or a style, `<a href=` is not a tag.
        match &*name {
            "script" => TokenSinkResult::RawData(html5ever::tokenizer::states::RawKind::ScriptData),
            "style" => TokenSinkResult::RawData(html5ever::tokenizer::states::RawKind::Rawtext),
            _ => TokenSinkResult::Continue,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_to_files_and_ids_inside_the_book() {
        let html = "<a id='here' href='b/c.html#there'>x</a><script>if (a<b) '<a href=\"no\">'</script>\
                    <img src=\"p%20q.svg\"><a name=old></a><p id=twice></p><p id=twice></p>";
        let page = read(html);
        assert_eq!(
            page.links.iter().map(String::as_str).collect::<Vec<_>>(),
            ["b/c.html#there", "p%20q.svg"]
        );
        assert_eq!(
            page.ids.iter().map(String::as_str).collect::<Vec<_>>(),
            ["here", "old", "twice"]
        );
        assert_eq!(
            page.twice.iter().map(String::as_str).collect::<Vec<_>>(),
            ["twice"]
        );

        let files = ["a.html", "b/c.html", "p q.svg", "d/index.html"]
            .map(PathBuf::from)
            .into();
        let pages = [
            (PathBuf::from("a.html"), page),
            (PathBuf::from("b/c.html"), read("<h2 id='there'>")),
        ]
        .into();
        let follow = |file: &str, link: &str| broken(Path::new(file), link, &files, &pages);
        for fine in [
            "b/c.html#there",
            "p%20q.svg",
            "#here",
            "",
            "d/",
            "https://example.org/x",
            "mailto:a@b",
            "b/c.html?q#there",
        ] {
            assert_eq!(follow("a.html", fine), None, "{fine}");
        }
        assert_eq!(follow("b/c.html", "../a.html#old"), None);
        for wrong in ["b/c.html#here", "c.html", "#nowhere", "../a.html"] {
            assert!(follow("a.html", wrong).is_some(), "{wrong}");
        }
    }
}
