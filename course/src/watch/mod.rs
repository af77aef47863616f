//! Told when a file changes.
//!
//! Notifications come from the system where they work; where they do not (WSL
//! on a Windows drive, network mounts, too many watches) the files are polled.
//! `WAKEFUL_WATCH=poll` in the environment forces polling.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use async_channel::{Receiver, Sender};
use notify::{Config, Event, EventHandler, EventKind, PollWatcher, RecursiveMode, Watcher};

use crate::files;

/// A save is over once nothing changed for this long …
const QUIET: Duration = Duration::from_millis(40);
/// … and is told after this long, even if something never stops writing.
const PATIENCE: Duration = Duration::from_millis(400);
/// How often files are looked at where nothing notifies.
const POLL: Duration = Duration::from_secs(1);
/// Set to `poll`, it forces polling.
const VARIABLE: &str = "WAKEFUL_WATCH";

/// Watches directories; [`Watch::next`] yields what changed.
pub struct Watch {
    mode: Mode,
    changes: Receiver<PathBuf>,
    /// What changed since the last answer.
    collected: BTreeSet<PathBuf>,
    dirs: Vec<PathBuf>,
    /// Watches until it is dropped.
    watcher: Box<dyn Watcher + Send>,
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
    pub fn new(dirs: &[&Path]) -> Result<Self, WatchError> {
        match reason_to_poll(dirs) {
            Some(reason) => Self::polled(dirs, reason),
            None => {
                Self::notified(dirs).or_else(|error| Self::polled(dirs, error.source.to_string()))
            }
        }
    }

    /// Watches by looking, whatever the system could do.
    pub fn polled(dirs: &[&Path], reason: String) -> Result<Self, WatchError> {
        let make = |sender| PollWatcher::new(sender, Config::default().with_poll_interval(POLL));
        Self::start(dirs, Mode::Polled { reason }, make)
    }

    fn notified(dirs: &[&Path]) -> Result<Self, WatchError> {
        Self::start(dirs, Mode::Notified, notify::recommended_watcher)
    }

    fn start<W: Watcher + Send + 'static>(
        dirs: &[&Path],
        mode: Mode,
        make: impl FnOnce(Handler) -> notify::Result<W>,
    ) -> Result<Self, WatchError> {
        let (sender, changes) = async_channel::unbounded();
        let fails = |path: &Path| {
            let path = path.to_owned();
            move |source| WatchError { path, source }
        };
        let first = dirs.first().copied().unwrap_or(Path::new("."));
        let known = dirs.iter().map(|dir| dir.to_path_buf()).collect();
        let handler = Handler {
            dirs: known,
            sender,
        };
        let known = handler.dirs.clone();
        let mut watcher = make(handler).map_err(fails(first))?;
        // A directory that is deleted and made again is another one: only the one above can tell.
        // Best effort, for there may be none that can be read.
        let above: BTreeSet<_> = dirs.iter().filter_map(|dir| dir.parent()).collect();
        for dir in above.into_iter().filter(|dir| dir.is_dir()) {
            let _ = watcher.watch(dir, RecursiveMode::NonRecursive);
        }
        for dir in dirs {
            if !dir.is_dir() {
                return Err(fails(dir)(notify::Error::path_not_found()));
            }
            watcher
                .watch(dir, RecursiveMode::Recursive)
                .map_err(fails(dir))?;
        }
        Ok(Self {
            mode,
            changes,
            collected: BTreeSet::new(),
            dirs: known,
            watcher: Box::new(watcher),
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
        if self.collected.is_empty() {
            match self.changes.recv().await {
                Ok(path) => self.collected.insert(path),
                // The sender lives in the watcher, which is ours.
                Err(_) => std::future::pending().await,
            };
        }
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            match wakeful::time::timeout(QUIET, self.changes.recv()).await {
                Ok(Ok(path)) => self.collected.insert(path),
                Ok(Err(_)) | Err(_) => break,
            };
        }
        self.follow_new_directories();
        std::mem::take(&mut self.collected)
    }

    /// A watched directory may have been made again: it is watched anew, and all in it has changed.
    fn follow_new_directories(&mut self) {
        for dir in &self.dirs {
            if self.collected.contains(dir) && dir.is_dir() {
                // What fails here fails again at the next change, or was deleted once more.
                let _ = self.watcher.watch(dir, RecursiveMode::Recursive);
                let files = files::walk(dir, &|_| false).unwrap_or_default();
                self.collected
                    .extend(files.iter().map(|file| dir.join(file)));
            }
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

/// Sends on what changed; called on notify's own thread.
struct Handler {
    dirs: Vec<PathBuf>,
    sender: Sender<PathBuf>,
}

impl EventHandler for Handler {
    fn handle_event(&mut self, event: notify::Result<Event>) {
        // What cannot be watched any more is as good as changed: whoever listens looks again.
        let (kind, paths) = match event {
            Ok(event) => (event.kind, event.paths),
            Err(error) => (EventKind::Any, error.paths),
        };
        if matches!(kind, EventKind::Access(_)) {
            return;
        }
        // The directories above are only watched for these.
        let ours = |path: &PathBuf| self.dirs.iter().any(|dir| path.starts_with(dir));
        for path in paths.into_iter().filter(ours) {
            // Fails only once the watch is dropped.
            let _ = self.sender.try_send(path);
        }
    }
}

fn reason_to_poll(dirs: &[&Path]) -> Option<String> {
    if std::env::var_os(VARIABLE).is_some_and(|value| value == "poll") {
        return Some(format!("{VARIABLE}=poll is set"));
    }
    let kernel = std::fs::read_to_string("/proc/version")
        .unwrap_or_default()
        .to_lowercase();
    let on_windows = |dir: &&Path| dir.canonicalize().is_ok_and(|dir| dir.starts_with("/mnt"));
    let blind = kernel.contains("microsoft") && dirs.iter().any(on_windows);
    blind.then(|| "files on a Windows drive notify nobody under WSL".to_owned())
}
