//! The scripts of a published book, in `book/generated`. `book.toml` names them, and mdBook copies them.

use std::collections::BTreeMap;
use std::fs;

use super::{
    bundle,
    error::BookError,
    playground::{self, NoFile},
    site::Site,
};
use crate::files::{self, FileError};

/// The module from which all others of a published page are imported.
const ENTRY: &str = "published.js";

/// Writes the scripts. A file that is already right keeps its time, so that a watcher sees no change.
pub fn write(site: &Site) -> Result<(), BookError> {
    let book = site.layout().book();
    let directory = book.join("generated");
    fs::create_dir_all(&directory).map_err(FileError::new("create", &directory))?;
    let scripts = [
        ("widgets.js", bundle::script(&book.join("widgets"), ENTRY)?),
        ("crates.js", crates(site)?),
    ];
    for (name, text) in scripts {
        let path = directory.join(name);
        if !files::is(&path, text.as_bytes()) {
            files::write_atomically(&path, text.as_bytes())?;
        }
    }
    Ok(())
}

/// The crates that `playground.js` puts below the block's program, each as a module.
fn crates(site: &Site) -> Result<String, BookError> {
    let mut crates = BTreeMap::new();
    for chapter in site.chapters() {
        match playground::modules(site.layout(), chapter) {
            Ok(modules) => crates.extend(modules.into_iter().map(|one| (one.name, one.text))),
            Err(NoFile::NotOffered(_)) => {}
            Err(why) => return Err(why.into()),
        }
    }
    let json = serde_json::json!(crates);
    Ok(format!("window.chapterCrates = {json};\n"))
}
