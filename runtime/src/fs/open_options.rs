//! Options for opening files.

use super::{File, in_pool};
use std::{fs, io, path::Path};

/// Opens files with options, like [`std::fs::OpenOptions`].
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
    /// No option is set. Set at least `read`, `write` or `append`.
    pub fn new() -> Self {
        Self(fs::OpenOptions::new())
    }

    /// Whether to open the file for reading.
    pub fn read(&mut self, read: bool) -> &mut Self {
        self.0.read(read);
        self
    }

    /// Whether to open the file for writing.
    pub fn write(&mut self, write: bool) -> &mut Self {
        self.0.write(write);
        self
    }

    /// Whether each write goes to the end of the file at that moment.
    pub fn append(&mut self, append: bool) -> &mut Self {
        self.0.append(append);
        self
    }

    /// Whether to empty an existing file.
    pub fn truncate(&mut self, truncate: bool) -> &mut Self {
        self.0.truncate(truncate);
        self
    }

    /// Whether to create a missing file.
    pub fn create(&mut self, create: bool) -> &mut Self {
        self.0.create(create);
        self
    }

    /// Whether to create the file, and fail if it exists.
    pub fn create_new(&mut self, create: bool) -> &mut Self {
        self.0.create_new(create);
        self
    }

    /// The permissions of a new file, minus the process's `umask`. The default
    /// is 0o666.
    #[cfg(unix)]
    pub fn mode(&mut self, mode: u32) -> &mut Self {
        use std::os::unix::fs::OpenOptionsExt;
        self.0.mode(mode);
        self
    }

    /// More flags for the system (`libc::O_…`).
    #[cfg(unix)]
    pub fn custom_flags(&mut self, flags: i32) -> &mut Self {
        use std::os::unix::fs::OpenOptionsExt;
        self.0.custom_flags(flags);
        self
    }

    /// Opens a file with these options.
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

/// The options that only Windows has. Each is the parameter of `CreateFile` of
/// the same name.
#[cfg(windows)]
impl OpenOptions {
    /// Sets `dwDesiredAccess`.
    pub fn access_mode(&mut self, access: u32) -> &mut Self {
        use std::os::windows::fs::OpenOptionsExt;
        self.0.access_mode(access);
        self
    }

    /// Sets `dwShareMode`.
    pub fn share_mode(&mut self, mode: u32) -> &mut Self {
        use std::os::windows::fs::OpenOptionsExt;
        self.0.share_mode(mode);
        self
    }

    /// Sets more flags of `dwFlagsAndAttributes`.
    pub fn custom_flags(&mut self, flags: u32) -> &mut Self {
        use std::os::windows::fs::OpenOptionsExt;
        self.0.custom_flags(flags);
        self
    }

    /// Sets the attributes in `dwFlagsAndAttributes`.
    pub fn attributes(&mut self, attributes: u32) -> &mut Self {
        use std::os::windows::fs::OpenOptionsExt;
        self.0.attributes(attributes);
        self
    }

    /// Sets the security flags in `dwFlagsAndAttributes`.
    pub fn security_qos_flags(&mut self, flags: u32) -> &mut Self {
        use std::os::windows::fs::OpenOptionsExt;
        self.0.security_qos_flags(flags);
        self
    }
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl From<fs::OpenOptions> for OpenOptions {
    fn from(options: fs::OpenOptions) -> Self {
        Self(options)
    }
}
