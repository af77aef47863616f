//! Files, through the blocking pool.
//!
//! No system says when a file is ready, so every operation here is `std`'s, on
//! a thread of the pool: what a call costs is the way there and back, some ten
//! microseconds. Prefer few calls that do much, [`read()`] and [`write()`]
//! before [`File`], and `spawn_blocking` for a whole piece of work.
//!
//! The errors are those of the functions of the same name in [`std::fs`], or
//! that the runtime is shutting down. All panic outside a runtime. An operation
//! whose future is dropped goes on to its end all the same.
//!
//! ```
//! use wakeful::fs;
//!
//! let runtime = wakeful::Runtime::new()?;
//! runtime.block_on(async {
//!     let path = std::env::temp_dir().join(format!("wakeful-{}.txt", std::process::id()));
//!     fs::write(&path, "hello").await?;
//!     assert_eq!(fs::read_to_string(&path).await?, "hello");
//!     fs::remove_file(&path).await
//! })?;
//! # Ok::<(), std::io::Error>(())
//! ```

mod dir_builder;
mod file;
mod open_options;
mod read_dir;

pub use dir_builder::DirBuilder;
pub use file::File;
pub use open_options::OpenOptions;
pub use read_dir::{DirEntry, ReadDir, read_dir};
pub use std::fs::{FileType, Metadata, Permissions};

use crate::task::spawn_blocking;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

async fn in_pool<T>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T>
where
    T: Send + 'static,
{
    spawn_blocking(work).await?
}

/// Reads a whole file.
pub async fn read(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    let path = path.as_ref().to_owned();
    in_pool(|| fs::read(path)).await
}

/// Reads a whole file of text.
pub async fn read_to_string(path: impl AsRef<Path>) -> io::Result<String> {
    let path = path.as_ref().to_owned();
    in_pool(|| fs::read_to_string(path)).await
}

/// Makes `contents` the whole of a file, which is made if it is not there. The
/// contents are copied, unless they are a `Vec` or a `String` that is given
/// away.
pub async fn write(path: impl AsRef<Path>, contents: impl Into<Vec<u8>>) -> io::Result<()> {
    let path = path.as_ref().to_owned();
    let contents = contents.into();
    in_pool(|| fs::write(path, contents)).await
}

/// Makes a directory.
pub async fn create_dir(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref().to_owned();
    in_pool(|| fs::create_dir(path)).await
}

/// Makes a directory, and those that it is to be in.
pub async fn create_dir_all(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref().to_owned();
    in_pool(|| fs::create_dir_all(path)).await
}

/// Removes an empty directory.
pub async fn remove_dir(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref().to_owned();
    in_pool(|| fs::remove_dir(path)).await
}

/// Removes a directory and everything in it.
pub async fn remove_dir_all(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref().to_owned();
    in_pool(|| fs::remove_dir_all(path)).await
}

/// Removes a file.
pub async fn remove_file(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref().to_owned();
    in_pool(|| fs::remove_file(path)).await
}

/// Renames a file or directory; a file that is in the way is replaced.
pub async fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
    let (from, to) = (from.as_ref().to_owned(), to.as_ref().to_owned());
    in_pool(|| fs::rename(from, to)).await
}

/// Copies a file's contents and permissions, and says how many bytes it has.
pub async fn copy(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<u64> {
    let (from, to) = (from.as_ref().to_owned(), to.as_ref().to_owned());
    in_pool(|| fs::copy(from, to)).await
}

/// Gives a file one more name.
pub async fn hard_link(original: impl AsRef<Path>, link: impl AsRef<Path>) -> io::Result<()> {
    let (original, link) = (original.as_ref().to_owned(), link.as_ref().to_owned());
    in_pool(|| fs::hard_link(original, link)).await
}

/// Makes a symbolic link to a file or a directory, whether or not it is there.
#[cfg(unix)]
pub async fn symlink(original: impl AsRef<Path>, link: impl AsRef<Path>) -> io::Result<()> {
    let (original, link) = (original.as_ref().to_owned(), link.as_ref().to_owned());
    in_pool(|| std::os::unix::fs::symlink(original, link)).await
}

/// Where a symbolic link leads.
pub async fn read_link(path: impl AsRef<Path>) -> io::Result<PathBuf> {
    let path = path.as_ref().to_owned();
    in_pool(|| fs::read_link(path)).await
}

/// What the system knows of a file, or of what a link leads to.
pub async fn metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    let path = path.as_ref().to_owned();
    in_pool(|| fs::metadata(path)).await
}

/// What the system knows of a file, or of a link itself.
pub async fn symlink_metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    let path = path.as_ref().to_owned();
    in_pool(|| fs::symlink_metadata(path)).await
}

/// Sets who may do what with a file.
pub async fn set_permissions(path: impl AsRef<Path>, allowed: Permissions) -> io::Result<()> {
    let path = path.as_ref().to_owned();
    in_pool(|| fs::set_permissions(path, allowed)).await
}

/// The path from the root, without links.
pub async fn canonicalize(path: impl AsRef<Path>) -> io::Result<PathBuf> {
    let path = path.as_ref().to_owned();
    in_pool(|| fs::canonicalize(path)).await
}

/// Whether there is something at a path.
pub async fn try_exists(path: impl AsRef<Path>) -> io::Result<bool> {
    let path = path.as_ref().to_owned();
    in_pool(|| fs::exists(path)).await
}
