//! What a published book says about itself: its address, and the repository that takes reports.
//!
//! Both are optional keys in `book.toml`. Without them, the pages contain nothing of this.
//!
//! ```toml
//! [preprocessor.course]
//! address = "https://example.org/wakeful/"
//! repository = "https://example.org/owner/wakeful"
//! ```
//!
//! | key | what it adds |
//! |---|---|
//! | `address` | `<link rel="canonical">`, the data for link previews, `sitemap.xml` |
//! | `repository` | a link on each page that opens a new issue with the page's name |

use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::{error::BookError, figures::attribute, summary};
use crate::catalog::Layout;
use crate::files::{self, FileError};

/// The picture in link previews, next to `book.toml`.
const PICTURE: &str = "loop.png";
/// Pages that mdBook generates. A search engine should not find them.
const NOT_LISTED: [&str; 3] = ["404.html", "print.html", "toc.html"];

/// The keys of `[preprocessor.course]` that are ours.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Identity {
    /// Where the book is. Ends with a slash.
    pub address: Option<String>,
    /// The repository on GitHub, without a slash at its end.
    pub repository: Option<String>,
    title: String,
}

#[derive(Deserialize)]
struct BookToml {
    book: Book,
    #[serde(default)]
    preprocessor: Preprocessors,
}

#[derive(Deserialize)]
struct Book {
    #[serde(default)]
    title: String,
}

#[derive(Default, Deserialize)]
struct Preprocessors {
    #[serde(default)]
    course: Keys,
}

#[derive(Default, Deserialize)]
struct Keys {
    address: Option<String>,
    repository: Option<String>,
}

impl Identity {
    /// Reads the keys.
    pub fn load(layout: &Layout) -> Result<Self, BookError> {
        let path = layout.book().join("book.toml");
        Self::parse(&files::read(&path)?).map_err(|why| BookError::Identity { path, why })
    }

    fn parse(toml: &str) -> Result<Self, String> {
        let read: BookToml = toml::from_str(toml).map_err(|error| error.to_string())?;
        let Keys {
            address,
            repository,
        } = read.preprocessor.course;
        let web = |key, value: Option<String>| match value {
            Some(value) if !value.starts_with("https://") && !value.starts_with("http://") => {
                Err(format!("`{key}` must start with https://, not `{value}`"))
            }
            value => Ok(value.map(|value| value.trim_end_matches('/').to_owned())),
        };
        Ok(Self {
            address: web("address", address)?.map(|address| address + "/"),
            repository: web("repository", repository)?,
            title: read.book.title,
        })
    }

    /// The path of the address: `/wakeful/`.
    pub fn path(&self) -> Option<&str> {
        let (_, after) = self.address.as_deref()?.split_once("//")?;
        after.find('/').map(|at| &after[at..])
    }

    /// Adds to the built pages in `out` what the keys ask for.
    pub fn dress(&self, layout: &Layout, out: &Path) -> Result<(), BookError> {
        if self.address.is_none() && self.repository.is_none() {
            return Ok(());
        }
        // The first page of the book is also its front page.
        let front = files::read(&out.join("index.html"))?;
        let mut pages = Vec::new();
        for path in files::walk(out, &|_| false)? {
            let name = path.display().to_string().replace('\\', "/");
            let is_page = path
                .extension()
                .is_some_and(|extension| extension == "html");
            if is_page && !NOT_LISTED.contains(&&*name) {
                let path = out.join(&path);
                let html = files::read(&path)?;
                let name = if html == front {
                    "index.html".into()
                } else {
                    name
                };
                let html = self.dressed(&name, &html);
                fs::write(&path, html).map_err(FileError::new("write", &path))?;
                if !pages.contains(&name) {
                    pages.push(name);
                }
            }
        }
        if let Some(address) = &self.address {
            let path = out.join("sitemap.xml");
            fs::write(&path, sitemap(address, &pages)).map_err(FileError::new("write", &path))?;
            let picture = layout.book().join(PICTURE);
            fs::copy(&picture, out.join(PICTURE)).map_err(FileError::new("copy", &picture))?;
        }
        Ok(())
    }

    fn dressed(&self, page: &str, html: &str) -> String {
        let summary = summary::of(html);
        let mut html = html.to_owned();
        if let Some(address) = &self.address {
            let head = self.head(address, page, &summary);
            html = html.replacen("</head>", &format!("{head}</head>"), 1);
            html = described(&html, &summary.sentence);
        }
        if let Some(repository) = &self.repository {
            let link = tell_us(repository, page, &summary.heading);
            html = html.replacen("</main>", &format!("{link}</main>"), 1);
        }
        html
    }

    fn head(&self, address: &str, page: &str, summary: &summary::Summary) -> String {
        let here = attribute(&place(address, page));
        let title = match &*summary.heading {
            heading if heading == self.title || heading.is_empty() => self.title.clone(),
            heading => format!("{heading} - {}", self.title),
        };
        let mut head = format!("<link rel=\"canonical\" href=\"{here}\">\n");
        for (name, value) in [
            ("og:type", "article"),
            ("og:site_name", &self.title),
            ("og:title", &title),
            ("og:description", &summary.sentence),
            ("og:url", &place(address, page)),
            ("og:image", &format!("{address}{PICTURE}")),
        ] {
            // Writing to a string cannot fail.
            let _ = writeln!(
                head,
                "<meta property=\"{name}\" content=\"{}\">",
                attribute(value)
            );
        }
        head + "<meta name=\"twitter:card\" content=\"summary_large_image\">\n"
    }
}

/// Replaces mdBook's description, which is the same on each page.
fn described(html: &str, sentence: &str) -> String {
    const START: &str = "<meta name=\"description\" content=\"";
    let from = html.find(START).map(|at| at + START.len());
    let Some((from, length)) = from.and_then(|from| Some((from, html[from..].find('"')?))) else {
        return html.to_owned();
    };
    let (before, after) = (&html[..from], &html[from + length..]);
    format!("{before}{}{after}", attribute(sentence))
}

/// The address of a page. The front page is `index.html`, and its address is that of the book.
fn place(address: &str, page: &str) -> String {
    let page = page.strip_suffix("index.html").unwrap_or(page);
    format!("{address}{page}")
}

fn sitemap(address: &str, pages: &[String]) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for page in pages {
        let _ = writeln!(
            xml,
            "<url><loc>{}</loc></url>",
            attribute(&place(address, page))
        );
    }
    xml + "</urlset>\n"
}

/// A link that opens a new issue. `published.js` adds one for each heading, with the same address.
fn tell_us(repository: &str, page: &str, heading: &str) -> String {
    let title = format!("{heading}: ");
    let body = format!("Page: {page}\n\nWhat I read, and what I took it to mean:\n\n");
    format!(
        "<p class=\"tell-us\">Is something on this page wrong, or hard to understand? \
         <a href=\"{}/issues/new?title={}&amp;body={}\">Tell us</a>.</p>\n",
        attribute(repository),
        encoded(&title),
        encoded(&body)
    )
}

/// Encodes text for a query.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(keys: &str) -> Result<Identity, String> {
        Identity::parse(&format!(
            "[book]\ntitle = \"Lamps\"\n[preprocessor.course]\ncommand = \"x\"\n{keys}"
        ))
    }

    #[test]
    fn without_keys_a_page_stays_as_it_is() {
        let html = "<head></head><main><h1>A</h1></main>";
        assert_eq!(identity("").unwrap().dressed("a.html", html), html);
    }

    #[test]
    fn an_address_ends_with_one_slash_and_a_repository_without_one() {
        let both =
            identity("address = \"https://a.example/b\"\nrepository = \"https://c.example/d/\"");
        let both = both.unwrap();
        assert_eq!(both.address.as_deref(), Some("https://a.example/b/"));
        assert_eq!(both.repository.as_deref(), Some("https://c.example/d"));
        assert_eq!(both.path(), Some("/b/"));
    }

    #[test]
    fn a_key_that_is_no_address_is_an_error() {
        let error = identity("address = \"a.example\"").unwrap_err();
        assert!(
            error.contains("`address` must start with https://"),
            "{error}"
        );
    }

    #[test]
    fn a_report_names_the_page_and_its_heading_in_a_form_that_a_query_can_hold() {
        let link = tell_us("https://a.example/b", "x.html", "Wakers & \"more\"");
        assert!(
            link.contains("https://a.example/b/issues/new?title=Wakers%20%26%20%22more%22%3A%20&amp;body=Page%3A%20x.html"),
            "{link}"
        );
    }
}
