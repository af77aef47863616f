//! An open file.

mod traits;

use super::{FileTimes, Metadata, OpenOptions, Permissions};
use crate::{
    io::{Blocking, DEFAULT_MAX},
    sync::Mutex,
};
use std::{
    fs,
    future::poll_fn,
    io::{self, SeekFrom},
    path::Path,
    sync::Arc,
    task::{Context, Poll, ready},
    time::SystemTime,
};

/// An open file. It reads, writes and seeks by the traits of `futures-io`.
///
/// A write is done when its bytes are copied, up to
/// [`max_buf_size`](Self::max_buf_size) of them. The next operation returns its
/// error. So flush after the last write: dropping a file returns no error.
///
/// Reads run ahead of the reader by 16 KiB or more. All methods here still use
/// the reader's position.
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
pub struct File {
    /// Locked during the operations that take `&self`.
    inner: Mutex<Inner>,
    std: Arc<fs::File>,
    max_buf_size: usize,
}

struct Inner {
    blocking: Blocking<Arc<fs::File>>,
    /// The seek that tokio's two-step trait has started.
    #[cfg(feature = "tokio")]
    seek: Option<SeekFrom>,
}

impl File {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// Those of [`std::fs::File::open`].
    ///
    /// # Panics
    /// Outside a runtime.
    pub async fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::options().read(true).open(path).await
    }

    /// Opens a file for writing, and empties it. Creates it if it does not
    /// exist.
    ///
    /// # Errors
    /// Those of [`std::fs::File::create`].
    ///
    /// # Panics
    /// Outside a runtime.
    pub async fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        let mut options = Self::options();
        options.write(true).create(true).truncate(true);
        options.open(path).await
    }

    /// Creates a file for reading and writing.
    ///
    /// # Errors
    /// `AlreadyExists` if it exists. The check and the creation are one step.
    ///
    /// # Panics
    /// Outside a runtime.
    pub async fn create_new(path: impl AsRef<Path>) -> io::Result<Self> {
        let mut options = Self::options();
        options.read(true).write(true).create_new(true);
        options.open(path).await
    }

    /// More ways to open a file.
    pub fn options() -> OpenOptions {
        OpenOptions::new()
    }

    /// Takes a file of `std`'s.
    pub fn from_std(file: fs::File) -> Self {
        let file = Arc::new(file);
        let inner = Inner {
            blocking: Blocking::new(Arc::clone(&file)),
            #[cfg(feature = "tokio")]
            seek: None,
        };
        Self {
            inner: Mutex::new(inner),
            std: file,
            max_buf_size: DEFAULT_MAX,
        }
    }

    /// Waits until all writes, with the file's metadata, are on the disk.
    ///
    /// # Errors
    /// When that fails, or a write before it has failed.
    pub async fn sync_all(&self) -> io::Result<()> {
        self.run(fs::File::sync_all).await
    }

    /// Waits until all writes are on the disk. Metadata that is not needed to
    /// read the file may be missing.
    ///
    /// # Errors
    /// When that fails, or a write before it has failed.
    pub async fn sync_data(&self) -> io::Result<()> {
        self.run(fs::File::sync_data).await
    }

    /// Cuts the file off at this length, or fills it up with zeros.
    ///
    /// # Errors
    /// When that fails, or a write before it has failed.
    pub async fn set_len(&self, length: u64) -> io::Result<()> {
        let mut inner = self.inner.lock().await;
        // Some bytes that were read ahead may be cut off, so drop them.
        poll_fn(|context| inner.poll_position(context)).await?;
        inner.blocking.run(move |file| file.set_len(length)).await
    }

    /// The file's metadata, after all writes.
    ///
    /// # Errors
    /// When that fails, or a write before it has failed.
    pub async fn metadata(&self) -> io::Result<Metadata> {
        self.run(fs::File::metadata).await
    }

    /// Sets the file's permissions.
    ///
    /// # Errors
    /// When that fails, or a write before it has failed.
    pub async fn set_permissions(&self, permissions: Permissions) -> io::Result<()> {
        self.run(move |file| file.set_permissions(permissions))
            .await
    }

    /// Sets the file's timestamps, after all writes.
    ///
    /// # Errors
    /// When that fails, or a write before it has failed.
    ///
    /// ```
    /// use std::time::{Duration, UNIX_EPOCH};
    /// use wakeful::fs::{File, FileTimes};
    ///
    /// # let path = std::env::temp_dir().join(format!("wakeful-times-{}", std::process::id()));
    /// let runtime = wakeful::Runtime::new()?;
    /// runtime.block_on(async {
    ///     let file = File::create(&path).await?;
    ///     let time = UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    ///     file.set_times(FileTimes::new().set_modified(time)).await?;
    ///     assert_eq!(file.metadata().await?.modified()?, time);
    ///     Ok::<(), std::io::Error>(())
    /// })?;
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub async fn set_times(&self, times: FileTimes) -> io::Result<()> {
        self.run(move |file| file.set_times(times)).await
    }

    /// Sets the time of the last modification, after all writes.
    ///
    /// # Errors
    /// When that fails, or a write before it has failed.
    pub async fn set_modified(&self, time: SystemTime) -> io::Result<()> {
        self.run(move |file| file.set_modified(time)).await
    }

    /// A second handle of the same open file. Both share one position: reading
    /// or writing through one moves the other.
    ///
    /// # Errors
    /// When a write before it has failed, or the system has no descriptors left.
    pub async fn try_clone(&self) -> io::Result<Self> {
        let mut inner = self.inner.lock().await;
        poll_fn(|context| inner.poll_position(context)).await?;
        let clone = inner.blocking.run(|file| file.try_clone()).await;
        clone.map(Self::from_std)
    }

    /// Waits for the current operation, and returns the file of `std`, at the
    /// reader's position.
    ///
    /// Flush first: the error of the last write is lost. If the file cannot
    /// seek, as a pipe cannot, bytes that were read ahead are lost.
    ///
    /// # Panics
    /// If the runtime has shut down in the middle of an operation that still
    /// runs, and the system has no descriptors left.
    ///
    /// ```
    /// use futures_util::AsyncReadExt;
    /// use std::io::Read;
    /// use wakeful::fs::File;
    ///
    /// # let path = std::env::temp_dir().join(format!("wakeful-into-std-{}", std::process::id()));
    /// # std::fs::write(&path, "hello")?;
    /// let runtime = wakeful::Runtime::new()?;
    /// runtime.block_on(async {
    ///     let mut file = File::open(&path).await?;
    ///     let mut first = [0; 2];
    ///     file.read_exact(&mut first).await?;
    ///     let mut file = file.into_std().await;
    ///     let mut rest = String::new();
    ///     file.read_to_string(&mut rest)?;
    ///     assert_eq!(rest, "llo");
    ///     Ok::<(), std::io::Error>(())
    /// })?;
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub async fn into_std(mut self) -> fs::File {
        let inner = self.inner.get_mut();
        let _ = poll_fn(|context| inner.blocking.poll_flush(context)).await;
        let _ = poll_fn(|context| inner.poll_position(context)).await;
        self.into_file()
    }

    /// Returns the file of `std` without waiting.
    ///
    /// # Errors
    /// The file itself, if an operation is running or bytes were read ahead.
    /// Then use [`into_std`](Self::into_std).
    // A file is large only with the fields for task dumps.
    #[cfg_attr(
        feature = "taskdump",
        expect(clippy::result_large_err, reason = "tokio's signature")
    )]
    pub fn try_into_std(mut self) -> Result<fs::File, Self> {
        if self.inner.get_mut().blocking.is_settled() {
            Ok(self.into_file())
        } else {
            Err(self)
        }
    }

    fn into_file(self) -> fs::File {
        let Self { inner, std, .. } = self;
        drop(inner);
        // An operation shares the file. None runs, unless the runtime has shut
        // down in the middle of it.
        Arc::try_unwrap(std).unwrap_or_else(|shared| {
            shared.try_clone().expect(
                "an operation that outlives its runtime has the file, and the system has no \
                 descriptor left for a second one",
            )
        })
    }

    /// The most bytes that one operation reads or writes: 256 KiB by default.
    pub fn max_buf_size(&self) -> usize {
        self.max_buf_size
    }

    /// Sets the most bytes that one operation reads or writes. More bytes make
    /// large transfers faster and take more memory.
    pub fn set_max_buf_size(&mut self, bytes: usize) {
        self.max_buf_size = bytes.max(1);
        self.inner.get_mut().blocking.set_max(self.max_buf_size);
    }

    /// Runs `operation` after the operations before it.
    async fn run<R: Send + 'static>(
        &self,
        operation: impl FnOnce(&fs::File) -> io::Result<R> + Send + 'static,
    ) -> io::Result<R> {
        let mut inner = self.inner.lock().await;
        inner.blocking.run(|file| operation(file)).await
    }
}

impl Inner {
    /// Moves the system's position back to the reader's, if bytes were read
    /// ahead.
    fn poll_position(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if ready!(self.blocking.poll_ahead(context))? > 0 {
            ready!(self.blocking.poll_seek(context, SeekFrom::Current(0)))?;
        }
        Poll::Ready(Ok(()))
    }

    /// For a read or a write. It starts at the current position, and gives up
    /// a seek that tokio's trait has started.
    fn for_transfer(&mut self) -> &mut Blocking<Arc<fs::File>> {
        #[cfg(feature = "tokio")]
        {
            self.seek = None;
        }
        &mut self.blocking
    }
}
