//! Opening the ends of a FIFO.

use super::{Receiver, Sender};
use std::{
    fs::{self, File},
    io,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// Opens the ends of a FIFO, a pipe with a name in the file system.
///
/// ```
/// use wakeful::net::unix::pipe;
///
/// # let folder = std::env::temp_dir().join(format!("wakeful-fifo-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let path = folder.join("fifo");
/// std::process::Command::new("mkfifo").arg(&path).status()?;
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     // The receiver first: a sender cannot open a FIFO that no process reads.
///     let receiver = pipe::OpenOptions::new().open_receiver(&path)?;
///     let sender = pipe::OpenOptions::new().open_sender(&path)?;
///     assert_eq!(sender.try_write(b"hello")?, 5);
///     receiver.readable().await?;
///     assert_eq!(receiver.try_read(&mut [0; 16])?, 5);
///     Ok::<(), std::io::Error>(())
/// })?;
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    read_write: bool,
    unchecked: bool,
}

impl OpenOptions {
    /// Opens a FIFO in one direction, and checks that it is one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether to open the FIFO in both directions (Linux only).
    ///
    /// A receiver then never sees the end when the last sender closes the
    /// FIFO. A sender can then open a FIFO that no process reads yet.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    #[cfg_attr(docsrs, doc(cfg(any(target_os = "linux", target_os = "android"))))]
    pub fn read_write(&mut self, read_write: bool) -> &mut Self {
        self.read_write = read_write;
        self
    }

    /// Whether to skip the check that the file is a FIFO. If it is a regular
    /// file, the selector may refuse it, or operations may block the thread.
    pub fn unchecked(&mut self, unchecked: bool) -> &mut Self {
        self.unchecked = unchecked;
        self
    }

    /// Opens the reading end. The call does not wait for a sender.
    ///
    /// # Errors
    /// When the file does not exist, is not a FIFO, or may not be read.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn open_receiver(&self, path: impl AsRef<Path>) -> io::Result<Receiver> {
        let mut options = self.options();
        let file = options.read(true).open(path)?;
        if self.unchecked {
            return Receiver::from_file_unchecked(file);
        }
        Receiver::from_file(file)
    }

    /// Opens the writing end.
    ///
    /// # Errors
    /// When the file does not exist, is not a FIFO, or may not be written to.
    /// `ENXIO` if no process has the reading end open: try again later, or use
    /// [`read_write`](Self::read_write).
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn open_sender(&self, path: impl AsRef<Path>) -> io::Result<Sender> {
        let mut options = self.options();
        let file: File = options.write(true).open(path)?;
        if self.unchecked {
            return Sender::from_file_unchecked(file);
        }
        Sender::from_file(file)
    }

    fn options(&self) -> fs::OpenOptions {
        let mut options = File::options();
        options.custom_flags(libc::O_NONBLOCK);
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if self.read_write {
            options.read(true).write(true);
        }
        options
    }
}
