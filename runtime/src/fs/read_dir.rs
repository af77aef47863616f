//! Listing a directory.

use super::{FileType, Metadata, in_pool};
use crate::{
    budget,
    task::{JoinHandle, spawn_blocking},
};
use std::{
    ffi::OsString,
    fs,
    future::{Future, poll_fn},
    io,
    path::{Path, PathBuf},
    pin::Pin,
    task::{Context, Poll, ready},
    vec,
};

/// How many entries one job on the blocking pool fetches.
const BATCH: usize = 64;

/// Lists a directory.
///
/// # Errors
/// Those of [`std::fs::read_dir`].
///
/// # Panics
/// Outside a runtime.
///
/// ```
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let mut entries = wakeful::fs::read_dir(".").await?;
///     while let Some(entry) = entries.next_entry().await? {
///         println!("{}", entry.path().display());
///     }
///     Ok::<(), std::io::Error>(())
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub async fn read_dir(path: impl AsRef<Path>) -> io::Result<ReadDir> {
    let path = path.as_ref().to_owned();
    let fetched = in_pool(|| fs::read_dir(path).map(fetch)).await?;
    Ok(ReadDir {
        fetched,
        fetching: None,
    })
}

/// The entries of a directory, in no particular order. See [`read_dir`].
#[derive(Debug)]
pub struct ReadDir {
    fetched: Fetched,
    fetching: Option<JoinHandle<Fetched>>,
}

#[derive(Debug)]
struct Fetched {
    entries: vec::IntoIter<io::Result<DirEntry>>,
    /// The rest of the directory. `None` if nothing is left.
    rest: Option<fs::ReadDir>,
}

impl ReadDir {
    /// The next entry, or `None` at the end.
    ///
    /// # Errors
    /// When the system cannot read the entry, or the runtime is shutting down.
    ///
    /// # Cancel safety
    /// If the future is dropped, no entry is lost.
    pub async fn next_entry(&mut self) -> io::Result<Option<DirEntry>> {
        poll_fn(|context| self.poll_next_entry(context)).await
    }

    /// [`next_entry`](Self::next_entry) for hand-written futures. `poll_fn`
    /// turns it into a stream.
    ///
    /// # Errors
    /// When the system cannot read the entry, or the runtime is shutting down.
    ///
    /// ```
    /// use futures_util::{TryStreamExt, stream::poll_fn};
    ///
    /// let runtime = wakeful::Runtime::new()?;
    /// runtime.block_on(async {
    ///     let mut entries = wakeful::fs::read_dir("src").await?;
    ///     let entries = poll_fn(|context| entries.poll_next_entry(context).map(Result::transpose));
    ///     let names: Vec<_> = entries.map_ok(|entry| entry.file_name()).try_collect().await?;
    ///     assert!(names.contains(&"lib.rs".into()));
    ///     Ok::<(), std::io::Error>(())
    /// })?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn poll_next_entry(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<Option<DirEntry>>> {
        if self.fetched.entries.len() == 0
            && let Some(rest) = self.fetched.rest.take()
        {
            self.fetching = Some(spawn_blocking(|| fetch(rest)));
        }
        if let Some(fetching) = &mut self.fetching {
            let fetched = ready!(Pin::new(fetching).poll(context));
            self.fetching = None;
            self.fetched = fetched?;
        } else {
            // Entries in memory never wait, and neither does the end, so this
            // spends budget.
            ready!(budget::poll_proceed(context));
            budget::spend();
        }
        Poll::Ready(self.fetched.entries.next().transpose())
    }
}

fn fetch(mut from: fs::ReadDir) -> Fetched {
    let entries = from.by_ref().take(BATCH);
    let entries = entries.map(|entry| entry.map(DirEntry::new));
    let entries: Vec<_> = entries.collect();
    let more = entries.len() == BATCH;
    Fetched {
        entries: entries.into_iter(),
        rest: more.then_some(from),
    }
}

/// An entry of a directory.
#[derive(Debug)]
pub struct DirEntry {
    entry: fs::DirEntry,
    /// Most file systems report it together with the name.
    kind: Option<FileType>,
}

impl DirEntry {
    fn new(entry: fs::DirEntry) -> Self {
        let kind = entry.file_type().ok();
        Self { entry, kind }
    }

    /// The path of the directory, with the name.
    pub fn path(&self) -> PathBuf {
        self.entry.path()
    }

    /// The number of the file in its file system.
    #[cfg(unix)]
    pub fn ino(&self) -> u64 {
        use std::os::unix::fs::DirEntryExt;
        self.entry.ino()
    }

    /// The name in the directory.
    pub fn file_name(&self) -> OsString {
        self.entry.file_name()
    }

    /// Whether it is a file, a directory or a link.
    ///
    /// # Errors
    /// When the system has to be asked, and cannot answer.
    pub async fn file_type(&self) -> io::Result<FileType> {
        match self.kind {
            Some(kind) => Ok(kind),
            None => Ok(self.metadata().await?.file_type()),
        }
    }

    /// Its metadata. For a link, this is the metadata of the link itself.
    ///
    /// # Errors
    /// Those of [`std::fs::symlink_metadata`].
    pub async fn metadata(&self) -> io::Result<Metadata> {
        super::symlink_metadata(self.entry.path()).await
    }
}
