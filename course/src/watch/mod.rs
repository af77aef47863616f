//! Watches files for changes.
//!
//! Usually the system reports changes. If it cannot (WSL on a Windows drive, network mounts, too
//! many watches), we poll the files. The environment variable `WAKEFUL_WATCH=poll` forces polling.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use async_channel::{Receiver, Sender};
use notify::{
    Config, Event, EventHandler, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode,
    Watcher, WatcherKind, event::ModifyKind,
};

use crate::files;

/// A save is complete when nothing has changed for this long.
const QUIET: Duration = Duration::from_millis(40);
/// We report a change after this time, even if a program never stops writing.
const PATIENCE: Duration = Duration::from_millis(400);
/// How often we check files that the system does not watch for us.
const POLL: Duration = Duration::from_secs(1);
/// If this variable is `poll`, we poll.
const VARIABLE: &str = "WAKEFUL_WATCH";

/// Watches directories. [`Watch::next`] returns what changed.
///
/// It follows no links below them, because a link may lead to the root of the file system, and to
/// watch all of that has no end. A watched directory may itself be a link.
pub struct Watch {
    mode: Mode,
    changes: Receiver<Change>,
    /// What changed since the last call of `next`.
    collected: BTreeSet<PathBuf>,
    /// Those of them that were created or renamed.
    appeared: BTreeSet<PathBuf>,
    dirs: Vec<PathBuf>,
    /// Whether the system watches each directory by itself.
    each: bool,
    /// Watches until it is dropped.
    watcher: Box<dyn Watcher + Send>,
}

/// How we learn about changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The system tells us. Nothing runs while nothing changes.
    Notified,
    /// We check the files every second.
    Polled {
        /// Why the system cannot tell us.
        reason: String,
    },
}

/// We cannot watch at all.
#[derive(Debug, thiserror::Error)]
#[error("cannot watch {} for changes", path.display())]
pub struct WatchError {
    /// The directory that we wanted to watch.
    pub path: PathBuf,
    /// The error from notify.
    pub source: notify::Error,
}

impl Watch {
    /// Watches these directories with everything below them. A missing directory is an error.
    pub fn new(dirs: &[&Path]) -> Result<Self, WatchError> {
        Self::with_files(dirs, &[])
    }

    /// Watches these files too. They may be missing, and each is beside one of the directories.
    pub fn with_files(dirs: &[&Path], files: &[&Path]) -> Result<Self, WatchError> {
        match reason_to_poll(dirs) {
            Some(reason) => Self::polled(dirs, files, reason),
            None => Self::notified(dirs, files)
                .or_else(|error| Self::polled(dirs, files, error.source.to_string())),
        }
    }

    /// Watches by polling, even if the system could report changes.
    pub fn polled(dirs: &[&Path], files: &[&Path], reason: String) -> Result<Self, WatchError> {
        let make = |sender| PollWatcher::new(sender, config().with_poll_interval(POLL));
        Self::start(dirs, files, Mode::Polled { reason }, make)
    }

    fn notified(dirs: &[&Path], files: &[&Path]) -> Result<Self, WatchError> {
        let make = |sender| RecommendedWatcher::new(sender, config());
        Self::start(dirs, files, Mode::Notified, make)
    }

    fn start<W: Watcher + Send + 'static>(
        dirs: &[&Path],
        files: &[&Path],
        mode: Mode,
        make: impl FnOnce(Handler) -> notify::Result<W>,
    ) -> Result<Self, WatchError> {
        let (sender, changes) = async_channel::unbounded();
        let fails = |path: &Path| {
            let path = path.to_owned();
            move |source| WatchError { path, source }
        };
        let first = dirs.first().copied().unwrap_or(Path::new("."));
        let known: Vec<PathBuf> = dirs.iter().map(|dir| dir.to_path_buf()).collect();
        let handler = Handler {
            dirs: known.iter().map(|dir| (target(dir), dir.clone())).collect(),
            files: files.iter().map(|file| file.to_path_buf()).collect(),
            sender,
        };
        let mut watcher = make(handler).map_err(fails(first))?;
        // If a directory is deleted and created again, its watch ends. Only a watch on its parent
        // can report the new directory. We ignore errors, because a parent may be unreadable.
        let above: BTreeSet<_> = dirs.iter().filter_map(|dir| dir.parent()).collect();
        for dir in above.into_iter().filter(|dir| dir.is_dir()) {
            let _ = watcher.watch(dir, RecursiveMode::NonRecursive);
        }
        for dir in dirs {
            if !dir.is_dir() {
                return Err(fails(dir)(notify::Error::path_not_found()));
            }
            watcher
                .watch(&target(dir), RecursiveMode::Recursive)
                .map_err(fails(dir))?;
        }
        Ok(Self {
            mode,
            changes,
            collected: BTreeSet::new(),
            appeared: BTreeSet::new(),
            dirs: known,
            each: W::kind() == WatcherKind::Inotify,
            watcher: Box::new(watcher),
        })
    }

    /// How we learn about changes here.
    pub fn mode(&self) -> &Mode {
        &self.mode
    }

    /// Waits for the next changes, and then until the files are quiet for a moment. An editor that
    /// saves in three steps therefore causes one change. Cancel-safe. Needs a `wakeful` runtime.
    pub async fn next(&mut self) -> BTreeSet<PathBuf> {
        if self.collected.is_empty() {
            match self.changes.recv().await {
                Ok(change) => self.collect(change),
                // The watcher owns the sender, and we own the watcher.
                Err(_) => std::future::pending().await,
            }
        }
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            match wakeful::time::timeout(QUIET, self.changes.recv()).await {
                Ok(Ok(change)) => self.collect(change),
                Ok(Err(_)) | Err(_) => break,
            }
        }
        self.follow_new_directories();
        std::mem::take(&mut self.collected)
    }

    fn collect(&mut self, Change { path, appeared }: Change) {
        if appeared {
            self.appeared.insert(path.clone());
        }
        self.collected.insert(path);
    }

    /// Reports all files of a directory that is new, or that was created again, as changed.
    ///
    /// The system does not report the files that a program writes to a new directory before there is a
    /// watch on it. On a busy machine, notify adds that watch late. So the watch comes first, and then we
    /// look at the files.
    fn follow_new_directories(&mut self) {
        let appeared = std::mem::take(&mut self.appeared);
        for dir in &self.dirs {
            let again = self.collected.contains(dir) && dir.is_dir();
            let inside = appeared.iter().filter(|path| {
                *path != dir && path.starts_with(dir) && path.is_dir() && !path.is_symlink()
            });
            let new: Vec<&PathBuf> = inside.chain(again.then_some(dir)).collect();
            if again || (self.each && !new.is_empty()) {
                // If this fails, the directory is gone once more, or the next change tries again.
                let _ = self.watcher.watch(&target(dir), RecursiveMode::Recursive);
            }
            for dir in new {
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

/// A change of a file or a directory.
struct Change {
    path: PathBuf,
    /// It may be there only now.
    appeared: bool,
}

/// Passes changes on. Notify calls it on its own thread.
struct Handler {
    /// Each directory that the system watches, and the name that the receiver knows it by.
    dirs: Vec<(PathBuf, PathBuf)>,
    /// Files in the parents of these directories.
    files: BTreeSet<PathBuf>,
    sender: Sender<Change>,
}

impl EventHandler for Handler {
    fn handle_event(&mut self, event: notify::Result<Event>) {
        // If the system can no longer watch a file, report it as changed, so that the receiver
        // reads it.
        let (kind, paths) = match event {
            Ok(event) => (event.kind, event.paths),
            Err(error) => (EventKind::Any, error.paths),
        };
        if matches!(kind, EventKind::Access(_)) {
            return;
        }
        let appeared = matches!(
            kind,
            EventKind::Any | EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(_))
        );
        // We watch the parents only to see these directories appear, and for these files.
        let named = |path: PathBuf| {
            if self.files.contains(&path) {
                return Some(path);
            }
            let mut dirs = self.dirs.iter();
            dirs.find_map(|(dir, name)| Some(name.join(path.strip_prefix(dir).ok()?)))
        };
        for path in paths.into_iter().filter_map(named) {
            // This fails only after the watch was dropped.
            let _ = self.sender.try_send(Change { path, appeared });
        }
    }
}

/// The directory that the system watches: where a link leads, because a watch does not follow it.
fn target(dir: &Path) -> PathBuf {
    let linked = dir.is_symlink().then(|| dir.canonicalize().ok()).flatten();
    linked.unwrap_or_else(|| dir.to_owned())
}

fn config() -> Config {
    Config::default().with_follow_symlinks(false)
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
    blind.then(|| "Windows does not report changes on its drives to WSL".to_owned())
}
