//! An open file.

use super::{Metadata, OpenOptions, Permissions, in_pool};
use crate::io::Pooled;
use futures_io::{AsyncRead, AsyncSeek, AsyncWrite};
#[cfg(unix)]
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
#[cfg(windows)]
use std::os::windows::io::{AsHandle, AsRawHandle, BorrowedHandle, RawHandle};
use std::{
    fmt, fs,
    future::poll_fn,
    io::{self, IoSlice, SeekFrom},
    path::Path,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

/// An open file: it reads, writes and seeks by the traits of `futures-io`.
///
/// A write is done when its bytes were copied, up to 256 KiB of them; whether
/// they could be written is said by the next operation. So flush before the
/// last one: dropping a file, like dropping `std`'s, says nothing.
///
/// Reads run ahead of the reader, by 16 KiB at least; the place in the file, as
/// seen from here, does not.
///
/// # Cancel safety
/// A read that is dropped loses nothing. A write that was pending has written
/// nothing. A seek may have happened.
///
/// ```
/// use futures_util::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt, io::SeekFrom};
/// use wakeful::fs::File;
///
/// # let path = std::env::temp_dir().join(format!("wakeful-file-{}", std::process::id()));
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let mut file = File::options().read(true).write(true).create(true).open(&path).await?;
///     file.write_all(b"hello").await?;
///     file.seek(SeekFrom::Start(1)).await?;
///     let mut rest = String::new();
///     file.read_to_string(&mut rest).await?;
///     assert_eq!(rest, "ello");
///     Ok::<(), std::io::Error>(())
/// })?;
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct File(
    Pooled<Arc<fs::File>>,
    Arc<fs::File>,
    /// What a seek of tokio's, which comes in two steps, has begun.
    #[cfg(feature = "tokio")]
    pub(crate) Option<SeekFrom>,
);

impl File {
    /// Opens a file to read it.
    pub async fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::options().read(true).open(path).await
    }

    /// Opens a file to write it, empty; it is made if it is not there.
    pub async fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        let mut options = Self::options();
        options.write(true).create(true).truncate(true);
        options.open(path).await
    }

    /// Makes a file, to read and write it.
    ///
    /// # Errors
    /// If it is there already (`AlreadyExists`): making and looking are one
    /// step.
    pub async fn create_new(path: impl AsRef<Path>) -> io::Result<Self> {
        let mut options = Self::options();
        options.read(true).write(true).create_new(true);
        options.open(path).await
    }

    /// Other ways to open a file.
    pub fn options() -> OpenOptions {
        OpenOptions::new()
    }

    /// Takes a file of `std`'s over.
    pub fn from_std(file: fs::File) -> Self {
        let file = Arc::new(file);
        Self(
            Pooled::new(Arc::clone(&file)),
            file,
            #[cfg(feature = "tokio")]
            None,
        )
    }

    /// Waits until what was written is on the disk, with the file's metadata.
    ///
    /// # Errors
    /// Those of the writes before it, too.
    pub async fn sync_all(&mut self) -> io::Result<()> {
        self.settled(fs::File::sync_all).await
    }

    /// Waits until what was written is on the disk.
    ///
    /// # Errors
    /// Those of the writes before it, too.
    pub async fn sync_data(&mut self) -> io::Result<()> {
        self.settled(fs::File::sync_data).await
    }

    /// Cuts the file off, or fills it up with zeros, to this length.
    ///
    /// # Errors
    /// Those of the writes before it, too.
    pub async fn set_len(&mut self, length: u64) -> io::Result<()> {
        // What was read ahead may be cut off.
        poll_fn(|context| self.poll_place(context)).await?;
        self.settled(move |file| file.set_len(length)).await
    }

    /// What the system knows of the file.
    ///
    /// # Errors
    /// Those of the writes before it, too.
    pub async fn metadata(&mut self) -> io::Result<Metadata> {
        self.settled(fs::File::metadata).await
    }

    /// Sets who may do what with the file.
    pub async fn set_permissions(&mut self, allowed: Permissions) -> io::Result<()> {
        self.settled(move |file| file.set_permissions(allowed))
            .await
    }

    /// The same open file once more. Both have one place in it: what one reads
    /// or writes moves the other's, too.
    ///
    /// # Errors
    /// Those of the writes before it, and when the system has no descriptors
    /// left.
    pub async fn try_clone(&mut self) -> io::Result<Self> {
        poll_fn(|context| self.poll_place(context)).await?;
        self.settled(fs::File::try_clone).await.map(Self::from_std)
    }

    /// The file as `std` has it, at the place where this one was.
    ///
    /// # Errors
    /// Those of the writes before it, and when the system has no descriptor
    /// left, for the file has two for a moment.
    pub async fn into_std(mut self) -> io::Result<fs::File> {
        poll_fn(|context| self.poll_place(context)).await?;
        self.settled(fs::File::try_clone).await
    }

    /// Puts the system's place in the file where the reader is: it may be
    /// ahead.
    fn poll_place(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if ready!(self.0.poll_ahead(context))? > 0 {
            ready!(self.0.poll_seek(context, SeekFrom::Current(0)))?;
        }
        Poll::Ready(Ok(()))
    }

    /// Works on the file once nothing is under way.
    async fn settled<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&fs::File) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        poll_fn(|context| self.0.poll_flush(context)).await?;
        let file = Arc::clone(&self.1);
        in_pool(move || work(&file)).await
    }
}

impl File {
    /// A read or a write goes on from where the file is: what was to be sought by
    /// tokio's trait, and was given up, is not sought any more.
    fn goes_on(&mut self) -> &mut Pooled<Arc<fs::File>> {
        #[cfg(feature = "tokio")]
        {
            self.2 = None;
        }
        &mut self.0
    }
}

impl AsyncRead for File {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.goes_on().poll_read(context, buffer)
    }
}

impl AsyncWrite for File {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_place(context))?;
        self.goes_on().poll_write(context, buffer)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_place(context))?;
        self.goes_on().poll_write_vectored(context, buffers)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_flush(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_flush(context)
    }
}

impl AsyncSeek for File {
    fn poll_seek(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        to: SeekFrom,
    ) -> Poll<io::Result<u64>> {
        self.0.poll_seek(context, to)
    }
}

/// For what has no method here, such as a lock. The system's place in the file
/// may be ahead of the reader's.
#[cfg(unix)]
impl AsFd for File {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.1.as_fd()
    }
}

#[cfg(unix)]
impl AsRawFd for File {
    fn as_raw_fd(&self) -> RawFd {
        self.1.as_raw_fd()
    }
}

/// For what has no method here, such as a lock. The system's place in the file
/// may be ahead of the reader's.
#[cfg(windows)]
impl AsHandle for File {
    fn as_handle(&self) -> BorrowedHandle<'_> {
        self.1.as_handle()
    }
}

#[cfg(windows)]
impl AsRawHandle for File {
    fn as_raw_handle(&self) -> RawHandle {
        self.1.as_raw_handle()
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.1.fmt(f)
    }
}
