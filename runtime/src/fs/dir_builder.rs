//! Options for creating directories.

use super::in_pool;
use std::{fs, io, path::Path};

/// Creates directories with options, like [`std::fs::DirBuilder`].
///
/// ```
/// use wakeful::fs::DirBuilder;
///
/// # let path = std::env::temp_dir().join(format!("wakeful-folders-{}", std::process::id()));
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(DirBuilder::new().recursive(true).create(path.join("some/where")))?;
/// assert!(path.join("some/where").is_dir());
/// # std::fs::remove_dir_all(&path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct DirBuilder {
    recursive: bool,
    #[cfg(unix)]
    mode: Option<u32>,
}

impl DirBuilder {
    /// Creates one directory. Its parent must exist.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether to create missing parents, too. Then it is no error if the
    /// directory exists.
    pub fn recursive(&mut self, recursive: bool) -> &mut Self {
        self.recursive = recursive;
        self
    }

    /// The permissions of a new directory, minus the process's `umask`. The
    /// default is 0o777.
    #[cfg(unix)]
    pub fn mode(&mut self, mode: u32) -> &mut Self {
        self.mode = Some(mode);
        self
    }

    /// Creates a directory with these options.
    ///
    /// # Errors
    /// Those of [`std::fs::DirBuilder::create`].
    ///
    /// # Panics
    /// Outside a runtime.
    pub async fn create(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(self.recursive);
        #[cfg(unix)]
        if let Some(mode) = self.mode {
            use std::os::unix::fs::DirBuilderExt;
            builder.mode(mode);
        }
        let path = path.as_ref().to_owned();
        in_pool(move || builder.create(path)).await
    }
}
