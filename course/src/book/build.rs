//! Builds the book in process, with mdBook's own library.
//!
//! mdBook empties its output directory before it writes, so a server has to keep the pages in
//! memory during a rebuild. The caller chooses the output directory, and this module writes nowhere
//! else.

use std::{fs, path::Path};

use mdbook_driver::{MDBook, config::Config, errors::Error};

use super::{
    error::BookError,
    identity::Identity,
    preprocessor::Course,
    site::{Face, Site},
};
use crate::{
    catalog::Layout,
    files::{self, FileError},
};

/// Builds the pages for `cargo course` into `out`.
pub fn build(layout: &Layout, out: &Path) -> Result<(), BookError> {
    render(layout, Face::Local, out, |config| {
        // A page loads the widgets as modules.
        config.set("output.html.additional-js", Vec::<String>::new())
    })?;
    copy_widgets(layout, out)?;
    Ok(())
}

fn render(
    layout: &Layout,
    face: Face,
    out: &Path,
    configure: impl FnOnce(&mut Config) -> Result<(), Error>,
) -> Result<(), BookError> {
    let site = Site::load(layout, face)?;
    let directory = layout.book();
    let failed = |error: Error| match error.downcast::<BookError>() {
        Ok(ours) => ours,
        Err(source) => BookError::MdBook {
            book: directory.clone(),
            source,
        },
    };
    let mut config: Config = files::read(&directory.join("book.toml"))?
        .parse()
        .map_err(failed)?;
    config.build.build_dir = out.to_path_buf();
    configure(&mut config).map_err(failed)?;
    let mut book = MDBook::load_with_config(&directory, config).map_err(failed)?;
    // `book.toml` registers the child process under this name, so ours runs instead of it.
    book.with_preprocessor(Course::new(site));
    book.build().map_err(failed)
}

fn copy_widgets(layout: &Layout, out: &Path) -> Result<(), FileError> {
    let (widgets, copies) = (layout.book().join("widgets"), out.join("widgets"));
    if !widgets.is_dir() {
        return Ok(());
    }
    for path in files::walk(&widgets, &|_| false)? {
        let (from, to) = (widgets.join(&path), copies.join(&path));
        if let Some(directory) = to.parent() {
            fs::create_dir_all(directory).map_err(FileError::new("create", directory))?;
        }
        fs::copy(&from, &to).map_err(FileError::new("copy", &from))?;
    }
    Ok(())
}

/// Builds the published book into `out`: pages that need no server, with what the book's address adds.
pub fn publish(layout: &Layout, out: &Path) -> Result<(), BookError> {
    let identity = Identity::load(layout)?;
    render(layout, Face::Published, out, |config| {
        if let Some(path) = identity.path() {
            // Only the page for a wrong address needs it.
            config.set("output.html.site-url", path)?;
        }
        if let Some(repository) = &identity.repository {
            config.set("output.html.git-repository-url", repository)?;
        }
        Ok(())
    })?;
    identity.dress(layout, out)
}
