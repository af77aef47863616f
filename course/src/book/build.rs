//! Building the book in process, through mdBook's own library.
//!
//! mdBook empties its output directory before it writes; whoever shows pages while the book is
//! rebuilt must hold them in memory. Nothing here writes into the reader's tree: the output
//! directory is the caller's.

use std::{fs, path::Path};

use mdbook_driver::{MDBook, config::Config, errors::Error};

use super::{preprocessor::Course, problem::BookError, site::Site};
use crate::{
    catalog::Layout,
    files::{self, FileError},
};

/// The directories beside `src` whose files pages load: they are copied as they are.
const ASSETS: [&str; 2] = ["widgets", "traces"];

/// Every file of the asset directories, as `book.toml` would list it.
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
    // Registered under the name that `book.toml` gives to the child process, it takes its place.
    book.with_preprocessor(Course::new(site));
    book.build().map_err(failed)?;
    copy_assets(layout, out)?;
    Ok(())
}

/// All of them, listed in `book.toml` or not: an author who adds a trace sees it at once.
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
