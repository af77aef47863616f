//! The built book in memory, ready to send.
//!
//! After a build we read every file of the book once. A request finds its file in a map, by its
//! whole decoded path. No path of a request reaches the file system, so no request can leave the
//! book.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::token::Token;
use crate::files::{self, FileError};

/// The current book. A rebuild replaces all of it.
#[derive(Default)]
pub struct Pages(RwLock<Arc<Files>>);

/// The files of one build.
#[derive(Default)]
pub struct Files {
    files: HashMap<String, File>,
    /// Shown instead of every page if the book was never built.
    excuse: Option<File>,
}

struct File {
    body: Bytes,
    etag: HeaderValue,
    kind: &'static str,
}

impl File {
    fn new(body: Bytes, kind: &'static str) -> Self {
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let etag = format!("\"{:016x}\"", hasher.finish());
        // Hexadecimal digits in quotes are always a valid header.
        let etag = HeaderValue::from_str(&etag).unwrap_or(HeaderValue::from_static("\"\""));
        Self { body, etag, kind }
    }
}

impl Files {
    /// Reads a built book. Blocks, so call it on the blocking pool.
    pub fn load(out: &Path, token: &Token) -> Result<Self, FileError> {
        let mut files = HashMap::new();
        for path in files::walk(out, &|_| false)? {
            let whole = out.join(&path);
            let body = std::fs::read(&whole).map_err(FileError::new("read", &whole))?;
            let name = path.to_string_lossy().replace('\\', "/");
            let kind = kind(&name);
            let body = if kind == HTML {
                with_token(body, token)
            } else {
                body
            };
            files.insert(name, File::new(body.into(), kind));
        }
        Ok(Self {
            files,
            excuse: None,
        })
    }

    /// The page to show if the book was never built.
    pub fn excuse(message: &str, token: &Token) -> Self {
        let text = message.replace('&', "&amp;").replace('<', "&lt;");
        let page = EXCUSE
            .replace("{message}", &text)
            .replace("{token}", token.text());
        Self {
            files: HashMap::new(),
            excuse: Some(File::new(page.into(), HTML)),
        }
    }

    /// The pages that differ from those in `before`. If a file changed that any page may load, all
    /// pages count as changed.
    fn changed_since(&self, before: &Self) -> Vec<String> {
        let differs = |name: &&String| {
            before.files.get(*name).map(|f| &f.etag) != self.files.get(*name).map(|f| &f.etag)
        };
        // The search index changes with every word, but pages need not reload for it.
        let asset = |name: &&String| !is_page(name) && !name.starts_with("searchindex");
        let names = || self.files.keys().chain(before.files.keys());
        let all = before.excuse.is_some() || names().filter(asset).any(|name| differs(&name));
        let mut pages: Vec<_> = self
            .files
            .keys()
            .filter(|name| is_page(name))
            .filter(|n| all || differs(n))
            .cloned()
            .collect();
        pages.sort();
        pages
    }

    fn find(&self, path: &str) -> Option<&File> {
        let name = decode(path)?;
        let name = name.strip_prefix('/')?;
        let page = match name {
            "" => "index.html".to_owned(),
            directory if directory.ends_with('/') => format!("{directory}index.html"),
            name => format!("{name}.html"),
        };
        self.files.get(name).or_else(|| self.files.get(&page))
    }
}

impl Pages {
    /// Replaces the old build with a new one. Returns the names of the pages that changed.
    pub fn replace(&self, files: Files) -> Vec<String> {
        let files = Arc::new(files);
        let mut now = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let changed = files.changed_since(&now);
        *now = files;
        changed
    }

    /// Whether there is no book yet.
    pub fn is_empty(&self) -> bool {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .files
            .is_empty()
    }

    /// Answers a request for a file of the book.
    pub fn respond(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response {
        let files = self
            .0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if !matches!(*method, Method::GET | Method::HEAD) {
            let allow = [(header::ALLOW, "GET, HEAD")];
            return (
                StatusCode::METHOD_NOT_ALLOWED,
                allow,
                "pages can only be read. Use GET or HEAD\n",
            )
                .into_response();
        }
        if let Some(excuse) = &files.excuse {
            return send(StatusCode::SERVICE_UNAVAILABLE, excuse, method);
        }
        match (files.find(path), files.files.get("404.html")) {
            (Some(file), _) if matches(headers, &file.etag) => {
                (StatusCode::NOT_MODIFIED, cached(file)).into_response()
            }
            (Some(file), _) => send(StatusCode::OK, file, method),
            (None, Some(lost)) => send(StatusCode::NOT_FOUND, lost, method),
            (None, None) => (StatusCode::NOT_FOUND, "this page does not exist\n").into_response(),
        }
    }
}

fn send(status: StatusCode, file: &File, method: &Method) -> Response {
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        Body::from(file.body.clone())
    };
    let about = [
        (header::CONTENT_TYPE, HeaderValue::from_static(file.kind)),
        (header::CONTENT_LENGTH, HeaderValue::from(file.body.len())),
    ];
    (status, cached(file), about, body).into_response()
}

/// The browser keeps a copy, and asks each time whether it is still current.
fn cached(file: &File) -> [(header::HeaderName, HeaderValue); 2] {
    [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::ETAG, file.etag.clone()),
    ]
}

fn matches(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut known = known.flat_map(|value| value.split(',')).map(str::trim);
    known.any(|known| known == "*" || known.trim_start_matches("W/").as_bytes() == etag.as_bytes())
}

fn with_token(html: Vec<u8>, token: &Token) -> Vec<u8> {
    const HEAD: &str = "<head>";
    match String::from_utf8(html) {
        Ok(html) => {
            let meta = format!(
                "{HEAD}\n<meta name=\"course-token\" content=\"{}\">",
                token.text()
            );
            html.replacen(HEAD, &meta, 1).into_bytes()
        }
        Err(other) => other.into_bytes(),
    }
}

/// Decodes `%41` to `A`. Returns `None` if the result is not text, or cannot be the name of a file.
fn decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
        } else {
            byte
        });
    }
    let text = String::from_utf8(bytes).ok()?;
    (!text.contains(['\0', '\\'])).then_some(text)
}

fn is_page(name: &str) -> bool {
    kind(name) == HTML
}

const HTML: &str = "text/html; charset=utf-8";

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => HTML,
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "wasm" => "application/wasm",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

const EXCUSE: &str = "<!DOCTYPE html>
<html lang=\"en\"><head>
<meta name=\"course-token\" content=\"{token}\">
<meta charset=\"utf-8\"><title>The book does not build</title>
</head><body>
<h1>The book does not build</h1>
<pre>{message}</pre>
<p>This page reloads when it does.</p>
<script>new EventSource('/api/events?token={token}').addEventListener('book', () => location.reload());</script>
</body></html>
";

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Files {
        let file =
            |body: &str, name: &str| File::new(Bytes::copy_from_slice(body.as_bytes()), kind(name));
        Files {
            files: list
                .iter()
                .map(|(n, b)| ((*n).to_owned(), file(b, n)))
                .collect(),
            excuse: None,
        }
    }

    #[test]
    fn a_rebuild_lists_the_pages_that_changed() {
        let old = files(&[
            ("a.html", "1"),
            ("b.html", "1"),
            ("x.js", "1"),
            ("searchindex.js", "1"),
        ]);
        let new = files(&[
            ("a.html", "2"),
            ("b.html", "1"),
            ("x.js", "1"),
            ("searchindex.js", "2"),
        ]);
        assert_eq!(new.changed_since(&old), ["a.html"]);
        let new = files(&[
            ("a.html", "1"),
            ("b.html", "1"),
            ("x.js", "2"),
            ("searchindex.js", "1"),
        ]);
        assert_eq!(new.changed_since(&old), ["a.html", "b.html"]);
        assert!(old.changed_since(&old).is_empty());
    }

    #[test]
    fn a_page_is_found_with_and_without_its_html_ending() {
        let files = files(&[("index.html", "i"), ("02-a.html", "a"), ("css/x.css", "c")]);
        let body = |path: &str| files.find(path).map(|file| file.body.clone());
        assert_eq!(body("/").unwrap(), "i");
        assert_eq!(body("/02-a").unwrap(), "a");
        assert_eq!(body("/02%2Da.html").unwrap(), "a");
        assert_eq!(body("/css/x.css").unwrap(), "c");
    }

    #[test]
    fn no_path_leads_out_of_the_book() {
        let files = files(&[("index.html", "i"), ("css/x.css", "c")]);
        for path in [
            "/../Cargo.toml",
            "/css/../index.html",
            "/%2e%2e/x",
            "/css/%2e%2e/index.html",
            "//index.html",
            "/index.html%00",
            "/css\\x.css",
            "/%",
            "/%zz",
            "/%ff",
            "*",
            "",
        ] {
            assert!(files.find(path).is_none(), "{path}");
        }
    }
}
