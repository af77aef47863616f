//! Checks that the modules of a crate import each other in one direction.
//!
//! A crate declares its order in a text file, `layers.txt`. The check reads the crate's sources and
//! reports each import that goes up against this order. It sees every path that begins with `crate`,
//! `$crate`, `super` or `self`: in `use`, in expressions and in the bodies of macros. It leaves out
//! comments and code that only tests compile.
//!
//! | module | purpose |
//! |---|---|
//! | [`order`] | reads `layers.txt` |
//! | [`source`] | reads the crate's files, from `lib.rs` along each `mod` |
//! | `tokens` | finds the paths, the modules and the names of one file |
//! | `cfg` | tells whether only tests compile an item |
//! | [`imports`] | resolves the paths to modules |
//! | [`check`] | compares the imports with the order |

mod cfg;
pub mod check;
pub mod imports;
pub mod order;
pub mod source;
mod tokens;

use std::path::Path;

/// Compares the crate in `folder` with its `layers.txt`. Returns one message for each fault.
pub fn faults(folder: &Path) -> Result<Vec<String>, Error> {
    let list = folder.join("layers.txt");
    let text = std::fs::read_to_string(&list).map_err(|source| Error::Read {
        path: list.clone(),
        source,
    })?;
    let orders = order::parse(&text).map_err(|source| Error::Order {
        path: list.clone(),
        source,
    })?;
    let krate = source::load(&folder.join("src/lib.rs"))?;
    Ok(orders
        .iter()
        .flat_map(|order| check::faults(&krate, order, &list))
        .collect())
}

/// Why the check could not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// We could not read a file.
    #[error("cannot read {path}")]
    Read {
        path: std::path::PathBuf,
        source: std::io::Error,
    },
    /// A source file is not Rust.
    #[error("{path} is not Rust: {source}")]
    Rust {
        path: std::path::PathBuf,
        source: proc_macro2::LexError,
    },
    /// The list of layers is wrong.
    #[error("{path}: {source}")]
    Order {
        path: std::path::PathBuf,
        source: order::OrderError,
    },
}
