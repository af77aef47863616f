//! How a file is opened.

use super::{File, in_pool};
use std::{fs, io, path::Path};

/// Opens files in other ways than [`File::open`] and [`File::create`], like
/// [`std::fs::OpenOptions`], from which it can be made.
///
/// ```
/// use futures_util::AsyncWriteExt;
/// use wakeful::fs::OpenOptions;
///
/// # let path = std::env::temp_dir().join(format!("wakeful-options-{}", std::process::id()));
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let mut log = OpenOptions::new().append(true).create(true).open(&path).await?;
///     log.write_all(b"one more line\n").await?;
///     log.flush().await
/// })?;
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct OpenOptions(fs::OpenOptions);

impl OpenOptions {
    /// Opens nothing, until something is set.
    #[expect(clippy::new_without_default, reason = "as std's")]
    pub fn new() -> Self {
        Self(fs::OpenOptions::new())
    }

    /// Whether to read.
    pub fn read(&mut self, read: bool) -> &mut Self {
        self.0.read(read);
        self
    }

    /// Whether to write.
    pub fn write(&mut self, write: bool) -> &mut Self {
        self.0.write(write);
        self
    }

    /// Whether to write at the end, wherever that is by then.
    pub fn append(&mut self, append: bool) -> &mut Self {
        self.0.append(append);
        self
    }

    /// Whether a file that is there is emptied.
    pub fn truncate(&mut self, truncate: bool) -> &mut Self {
        self.0.truncate(truncate);
        self
    }

    /// Whether a file that is not there is made.
    pub fn create(&mut self, create: bool) -> &mut Self {
        self.0.create(create);
        self
    }

    /// Whether the file is made, and must not be there.
    pub fn create_new(&mut self, create: bool) -> &mut Self {
        self.0.create_new(create);
        self
    }

    /// Who may do what with a file that is made, from which the process's
    /// `umask` takes away; 0o666 unless told.
    #[cfg(unix)]
    pub fn mode(&mut self, mode: u32) -> &mut Self {
        use std::os::unix::fs::OpenOptionsExt;
        self.0.mode(mode);
        self
    }

    /// Flags for the system, beside those that stand for the rest (`libc::O_…`).
    #[cfg(unix)]
    pub fn custom_flags(&mut self, flags: i32) -> &mut Self {
        use std::os::unix::fs::OpenOptionsExt;
        self.0.custom_flags(flags);
        self
    }

    /// Opens a file this way.
    ///
    /// # Errors
    /// Those of [`std::fs::OpenOptions::open`].
    ///
    /// # Panics
    /// Outside a runtime.
    pub async fn open(&self, path: impl AsRef<Path>) -> io::Result<File> {
        let (options, path) = (self.0.clone(), path.as_ref().to_owned());
        in_pool(move || options.open(path))
            .await
            .map(File::from_std)
    }
}

impl From<fs::OpenOptions> for OpenOptions {
    fn from(options: fs::OpenOptions) -> Self {
        Self(options)
    }
}
