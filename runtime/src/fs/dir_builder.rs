//! How a directory is made.

use super::in_pool;
use std::{fs, io, path::Path};

/// Makes directories in other ways than [`create_dir`](super::create_dir) and
/// [`create_dir_all`](super::create_dir_all), like [`std::fs::DirBuilder`].
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
#[derive(Debug)]
pub struct DirBuilder {
    recursive: bool,
    #[cfg(unix)]
    mode: Option<u32>,
}

impl DirBuilder {
    /// Makes one directory, in one that is there.
    #[expect(clippy::new_without_default, reason = "as std's")]
    pub fn new() -> Self {
        Self {
            recursive: false,
            #[cfg(unix)]
            mode: None,
        }
    }

    /// Whether those around it are made, too; and nothing is wrong if it is
    /// there already.
    pub fn recursive(&mut self, recursive: bool) -> &mut Self {
        self.recursive = recursive;
        self
    }

    /// Who may do what in a directory that is made, from which the process's
    /// `umask` takes away; 0o777 unless told.
    #[cfg(unix)]
    pub fn mode(&mut self, mode: u32) -> &mut Self {
        self.mode = Some(mode);
        self
    }

    /// Makes a directory this way.
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
