//! `cargo course site`: builds the book for the web, or for a folder on a disk.

use std::fs;
use std::path::{self, Path, PathBuf};
use std::process::ExitCode;

use super::CommandError;
use crate::book;
use crate::catalog::Layout;
use crate::terminal::tell;

/// Builds the published book into `out`, or into `book/book`.
pub fn run(layout: &Layout, out: Option<PathBuf>) -> Result<ExitCode, CommandError> {
    let out = out.unwrap_or_else(|| layout.book().join("book"));
    // mdBook takes a relative path from the book's own folder.
    let out = path::absolute(&out).map_err(|source| CommandError::Io {
        what: format!("cannot find {}", out.display()),
        source,
    })?;
    if has_other_files(&out) {
        return Err(CommandError::Said {
            message: format!("{} has files that are not those of a book", out.display()),
            advice: Some("choose a new or an empty folder, because this command empties it".into()),
        });
    }
    fs::create_dir_all(&out).map_err(|source| CommandError::Io {
        what: format!("cannot create the folder {}", out.display()),
        source,
    })?;
    book::publish(layout, &out)?;
    tell(&format!(
        "The book is in {}. Open {} in a browser, or copy the folder to a web server.",
        out.display(),
        out.join("index.html").display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// Whether the folder has files, but no earlier book. mdBook would delete them.
fn has_other_files(out: &Path) -> bool {
    let empty = fs::read_dir(out).map_or(true, |mut files| files.next().is_none());
    !empty && !out.join("toc.html").is_file()
}
