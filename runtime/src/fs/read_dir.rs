//! What is in a directory.

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

/// How many entries one way through the pool fetches.
const AT_ONCE: usize = 64;

/// Lists a directory.
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

/// The entries of a directory, in no certain order.
#[derive(Debug)]
pub struct ReadDir {
    fetched: Fetched,
    fetching: Option<JoinHandle<Fetched>>,
}

#[derive(Debug)]
struct Fetched {
    entries: vec::IntoIter<io::Result<DirEntry>>,
    /// What has not been fetched, unless nothing is left.
    rest: Option<fs::ReadDir>,
}

impl ReadDir {
    /// The next entry.
    ///
    /// # Cancel safety
    /// Dropped, no entry is lost.
    pub async fn next_entry(&mut self) -> io::Result<Option<DirEntry>> {
        poll_fn(|context| self.poll_next_entry(context)).await
    }

    /// [`next_entry`](Self::next_entry), for futures written by hand; and for
    /// streams, which `poll_fn` makes of it.
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
            // The entries that are in memory never wait, nor does the end.
            ready!(budget::poll_proceed(context));
            budget::spend();
        }
        Poll::Ready(self.fetched.entries.next().transpose())
    }
}

fn fetch(mut from: fs::ReadDir) -> Fetched {
    let entries = from.by_ref().take(AT_ONCE);
    let entries = entries.map(|entry| entry.map(DirEntry::new));
    let entries: Vec<_> = entries.collect();
    let more = entries.len() == AT_ONCE;
    Fetched {
        entries: entries.into_iter(),
        rest: more.then_some(from),
    }
}

/// An entry of a directory.
#[derive(Debug)]
pub struct DirEntry {
    entry: fs::DirEntry,
    /// What most directories say without being asked again.
    kind: Option<FileType>,
}

impl DirEntry {
    fn new(entry: fs::DirEntry) -> Self {
        let kind = entry.file_type().ok();
        Self { entry, kind }
    }

    /// The path of the directory, and the name in it.
    pub fn path(&self) -> PathBuf {
        self.entry.path()
    }

    /// The name in the directory.
    pub fn file_name(&self) -> OsString {
        self.entry.file_name()
    }

    /// Whether it is a file, a directory or a link.
    pub async fn file_type(&self) -> io::Result<FileType> {
        match self.kind {
            Some(kind) => Ok(kind),
            None => Ok(self.metadata().await?.file_type()),
        }
    }

    /// What the system knows of it; of a link itself, not of what it leads to.
    pub async fn metadata(&self) -> io::Result<Metadata> {
        super::symlink_metadata(self.entry.path()).await
    }
}
