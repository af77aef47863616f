//! Files, on the blocking pool.
//!
//! No system reports when a file is ready. So each operation here is `std`'s,
//! on a thread of the blocking pool, and costs about ten microseconds for the
//! way there and back. Prefer few large calls: [`read()`] and [`write()`] to
//! [`File`], and one `spawn_blocking` for a series of operations.
//!
//! # Errors
//! Those of the functions of the same name in [`std::fs`], and an error if the
//! runtime is shutting down.
//!
//! # Panics
//! All functions panic outside a runtime.
//!
//! # Cancel safety
//! If a future is dropped, its operation still goes on to its end.
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
pub use std::fs::{FileTimes, FileType, Metadata, Permissions};

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

/// Replaces the contents of a file, or creates it. This copies `contents` for
/// the blocking pool.
pub async fn write(path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> io::Result<()> {
    let path = path.as_ref().to_owned();
    let contents = contents.as_ref().to_owned();
    in_pool(|| fs::write(path, contents)).await
}

/// Creates a directory. Its parent must exist.
pub async fn create_dir(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref().to_owned();
    in_pool(|| fs::create_dir(path)).await
}

/// Creates a directory and its missing parents.
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

/// Renames a file or directory. An existing file of the new name is replaced.
pub async fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
    let (from, to) = (from.as_ref().to_owned(), to.as_ref().to_owned());
    in_pool(|| fs::rename(from, to)).await
}

/// Copies a file's contents and permissions, and returns its length.
pub async fn copy(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<u64> {
    let (from, to) = (from.as_ref().to_owned(), to.as_ref().to_owned());
    in_pool(|| fs::copy(from, to)).await
}

/// Creates another name for a file.
pub async fn hard_link(original: impl AsRef<Path>, link: impl AsRef<Path>) -> io::Result<()> {
    let (original, link) = (original.as_ref().to_owned(), link.as_ref().to_owned());
    in_pool(|| fs::hard_link(original, link)).await
}

/// Creates a symbolic link. `original` need not exist.
#[cfg(unix)]
pub async fn symlink(original: impl AsRef<Path>, link: impl AsRef<Path>) -> io::Result<()> {
    let (original, link) = (original.as_ref().to_owned(), link.as_ref().to_owned());
    in_pool(|| std::os::unix::fs::symlink(original, link)).await
}

/// Creates a symbolic link to a directory. `original` need not exist.
#[cfg(windows)]
pub async fn symlink_dir(original: impl AsRef<Path>, link: impl AsRef<Path>) -> io::Result<()> {
    let (original, link) = (original.as_ref().to_owned(), link.as_ref().to_owned());
    in_pool(|| std::os::windows::fs::symlink_dir(original, link)).await
}

/// Creates a symbolic link to a file. `original` need not exist.
#[cfg(windows)]
pub async fn symlink_file(original: impl AsRef<Path>, link: impl AsRef<Path>) -> io::Result<()> {
    let (original, link) = (original.as_ref().to_owned(), link.as_ref().to_owned());
    in_pool(|| std::os::windows::fs::symlink_file(original, link)).await
}

/// The path that a symbolic link contains.
pub async fn read_link(path: impl AsRef<Path>) -> io::Result<PathBuf> {
    let path = path.as_ref().to_owned();
    in_pool(|| fs::read_link(path)).await
}

/// The metadata of a file. Symbolic links are followed.
pub async fn metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    let path = path.as_ref().to_owned();
    in_pool(|| fs::metadata(path)).await
}

/// The metadata of a file or of a symbolic link itself.
pub async fn symlink_metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    let path = path.as_ref().to_owned();
    in_pool(|| fs::symlink_metadata(path)).await
}

/// Sets the permissions of a file.
pub async fn set_permissions(path: impl AsRef<Path>, permissions: Permissions) -> io::Result<()> {
    let path = path.as_ref().to_owned();
    in_pool(|| fs::set_permissions(path, permissions)).await
}

/// The absolute path, with all symbolic links resolved.
pub async fn canonicalize(path: impl AsRef<Path>) -> io::Result<PathBuf> {
    let path = path.as_ref().to_owned();
    in_pool(|| fs::canonicalize(path)).await
}

/// Whether a file or directory exists at a path. Symbolic links are followed.
pub async fn try_exists(path: impl AsRef<Path>) -> io::Result<bool> {
    let path = path.as_ref().to_owned();
    in_pool(|| fs::exists(path)).await
}
