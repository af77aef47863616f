//! Builds the book in process, with mdBook's own library.
//!
//! mdBook empties its output directory before it writes, so a server has to keep the pages in
//! memory during a rebuild. The caller chooses the output directory, and this module writes nowhere
//! else.

use std::{fs, path::Path};

use mdbook_driver::{MDBook, config::Config, errors::Error};

use super::{preprocessor::Course, problem::BookError, site::Site};
use crate::{
    catalog::Layout,
    files::{self, FileError},
};

/// Directories next to `src` with files that pages load. We copy them unchanged.
const ASSETS: [&str; 2] = ["widgets", "traces"];

/// All files in the asset directories, with the paths that `book.toml` uses.
pub fn assets(layout: &Layout) -> Result<Vec<String>, FileError> {
    let mut assets = Vec::new();
    for name in ASSETS {
        let directory = layout.book().join(name);
        if directory.is_dir() {
            let found = files::walk(&directory, &|_| false)?;
            assets.extend(
                found
                    .iter()
                    .map(|path| format!("{name}/{}", path.display()).replace('\\', "/")),
            );
        }
    }
    Ok(assets)
}

/// Builds the whole book into `out`.
pub fn build(layout: &Layout, out: &Path) -> Result<(), BookError> {
    let site = Site::load(layout)?;
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
    let mut book = MDBook::load_with_config(&directory, config).map_err(failed)?;
    // `book.toml` registers the child process under this name, so ours runs instead of it.
    book.with_preprocessor(Course::new(site));
    book.build().map_err(failed)?;
    copy_assets(layout, out)?;
    Ok(())
}

/// Copies all assets, even if `book.toml` does not list them. An author who adds a trace sees it at
/// once.
fn copy_assets(layout: &Layout, out: &Path) -> Result<(), FileError> {
    for asset in assets(layout)? {
        let (from, to) = (layout.book().join(&asset), out.join(&asset));
        if let Some(directory) = to.parent() {
            fs::create_dir_all(directory).map_err(FileError::new("create", directory))?;
        }
        fs::copy(&from, &to).map_err(FileError::new("copy", &from))?;
    }
    Ok(())
}
