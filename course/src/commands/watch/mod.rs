//! `cargo course watch`: the exercises without a browser. A save runs the current exercise again.
//! Single keys do the rest, and they are the same as in rustlings.
//!
//! One task waits for the next event: a key, a change, or a verdict. `Screen` shows the text, and
//! this file decides what happens.

mod screen;

use std::collections::{BTreeSet, VecDeque};
use std::future::{Future, pending};
use std::path::{Path, PathBuf};
use std::pin::{Pin, pin};
use std::process::ExitCode;

use futures_util::future::{Either, select};

use self::screen::Screen;
use super::hint::{self, Which};
use super::list;
use super::reset;
use super::session::Session;
use super::{CommandError, stop};
use crate::catalog::{Exercise, Layout};
use crate::runner::{self, Limits, RunError, Verdict};
use crate::terminal::{Key, Keys};
use crate::watch::{Mode, Watch};

/// Watches until the reader presses `q`.
pub fn run(layout: &Layout, id: Option<&str>) -> Result<ExitCode, CommandError> {
    let session = Session::open(layout)?;
    let current = match id {
        Some(id) => session.catalog.exercise(id)?.clone(),
        None => match next_or_first(&session, None) {
            Some(exercise) => exercise,
            None => return said("there are no exercises yet"),
        },
    };
    let dirs = session.catalog.work_dirs(layout);
    let dirs: Vec<&Path> = dirs.iter().map(AsRef::as_ref).collect();
    let watch = Watch::new(&dirs).map_err(|error| CommandError::Said {
        advice: Some(
            "`cargo course list` copies the exercises to work/ if they are missing".into(),
        ),
        message: format!("{error}: {}", error.source),
    })?;
    let screen = Screen::new(Keys::start());
    if let Mode::Polled { reason } = watch.mode() {
        screen.note(&format!("looking for changes once a second: {reason}"));
    }
    stop::block_on(
        Course {
            session,
            screen,
            watch,
            current,
            running: None,
            queue: VecDeque::new(),
            verdict: None,
        }
        .follow(),
    )
}

fn said(message: &str) -> Result<ExitCode, CommandError> {
    Err(CommandError::Said {
        message: message.into(),
        advice: None,
    })
}

/// The next exercise that is not done. If all are done, the first.
fn next_or_first(session: &Session, current: Option<&Exercise>) -> Option<Exercise> {
    let id = current.map(|exercise| &*exercise.id);
    let next = session.progress.next_after(&session.catalog, id);
    next.or_else(|| session.catalog.exercises().next()).cloned()
}

/// A run in progress. Dropping it kills it.
struct Running<'a> {
    exercise: Exercise,
    revision: Option<String>,
    future: Pin<Box<dyn Future<Output = Result<Verdict, RunError>> + 'a>>,
}

/// The next event.
enum Event {
    Key(Key),
    Changed(BTreeSet<PathBuf>),
    Done(Box<Result<Verdict, RunError>>),
}

struct Course<'a> {
    session: Session<'a>,
    screen: Screen,
    watch: Watch,
    current: Exercise,
    running: Option<Running<'a>>,
    /// The exercises that `c` still has to run.
    queue: VecDeque<Exercise>,
    /// The last verdict on the current exercise.
    verdict: Option<Verdict>,
}

impl Course<'_> {
    async fn follow(mut self) -> Result<ExitCode, CommandError> {
        // The last revision that we ran, because a save without a change runs nothing.
        let mut seen = None;
        self.start(self.current.clone());
        loop {
            match self.next().await {
                Event::Key(Key::End | Key::Char('q')) => {
                    self.screen.say("\n");
                    return Ok(ExitCode::SUCCESS);
                }
                Event::Key(Key::Char(key)) => self.press(key).await?,
                Event::Changed(paths) => self.changed(&paths, seen.as_deref()),
                Event::Done(result) => {
                    let Some(Running { exercise, .. }) = self.running.take() else {
                        continue;
                    };
                    let verdict = (*result)?;
                    self.session.record_verdict(&exercise, &verdict);
                    if exercise.id == self.current.id {
                        seen = Some(verdict.revision.clone());
                        self.verdict = Some(verdict.clone());
                    }
                    self.done(&exercise, &verdict);
                }
            }
        }
    }

    async fn next(&mut self) -> Event {
        let done = async {
            match &mut self.running {
                Some(running) => running.future.as_mut().await,
                None => pending().await,
            }
        };
        let (keys, changes) = (self.screen.keys().next(), self.watch.next());
        let (done, keys, changes) = (pin!(done), pin!(keys), pin!(changes));
        match select(keys, select(changes, done)).await {
            Either::Left((key, _)) => Event::Key(key),
            Either::Right((Either::Left((paths, _)), _)) => Event::Changed(paths),
            Either::Right((Either::Right((result, _)), _)) => Event::Done(Box::new(result)),
        }
    }

    /// Starts a run, and kills the one in progress.
    fn start(&mut self, exercise: Exercise) {
        self.running = None;
        let layout = self.session.layout;
        let revision = runner::revision(layout, &exercise).ok();
        let owned = exercise.clone();
        let limits = Limits::default().for_exercise(&exercise);
        let future = Box::pin(async move { runner::run(layout, &owned, &limits).await });
        if self.queue.is_empty() && exercise.id == self.current.id {
            self.verdict = None;
            self.screen.begin(layout, &exercise);
        }
        self.running = Some(Running {
            exercise,
            revision,
            future,
        });
    }

    fn done(&mut self, exercise: &Exercise, verdict: &Verdict) {
        match self.queue.pop_front() {
            Some(next) => {
                self.screen.one(exercise, verdict);
                self.start(next);
            }
            None if exercise.id == self.current.id => {
                self.screen.verdict(&self.session, exercise, verdict);
                self.screen.menu(&self.session);
            }
            None => {
                self.screen.one(exercise, verdict);
                self.screen.menu(&self.session);
            }
        }
    }

    /// Saving the file of another exercise makes it the current one.
    fn changed(&mut self, paths: &BTreeSet<PathBuf>, seen: Option<&str>) {
        let layout = self.session.layout;
        let edited = self
            .session
            .catalog
            .exercises()
            .find(|exercise| paths.contains(&exercise.path(layout)));
        let other = edited
            .filter(|exercise| exercise.id != self.current.id)
            .cloned();
        if let Some(exercise) = other {
            self.queue.clear();
            self.current = exercise.clone();
            self.start(exercise);
            return;
        }
        let now = runner::revision(layout, &self.current).ok();
        let last = match &self.running {
            Some(running) if running.exercise.id == self.current.id => running.revision.as_deref(),
            _ => seen,
        };
        if now.as_deref() != last {
            self.queue.clear();
            self.start(self.current.clone());
        }
    }

    async fn press(&mut self, key: char) -> Result<(), CommandError> {
        match key {
            'n' => {
                if let Some(next) = next_or_first(&self.session, Some(&self.current)) {
                    self.queue.clear();
                    self.current = next.clone();
                    self.start(next);
                }
            }
            'h' => {
                let hint = hint::give(
                    &mut self.session,
                    &self.current,
                    Which::Next,
                    self.screen.paint(),
                );
                self.screen.say(&format!("\n{hint}"));
                self.screen.menu(&self.session);
            }
            'l' => {
                let table = list::table(&self.session, self.screen.paint());
                self.screen.say(&format!("\n{table}"));
                self.screen.menu(&self.session);
            }
            'c' => {
                self.screen.say("\nrunning all exercises\n");
                self.queue = self.session.catalog.exercises().cloned().collect();
                if let Some(first) = self.queue.pop_front() {
                    self.start(first);
                }
            }
            'm' => {
                if let Some(verdict) = &self.verdict {
                    self.screen.more(&self.session, &self.current, verdict);
                }
                self.screen.menu(&self.session);
            }
            'r' => {
                self.queue.clear();
                self.start(self.current.clone());
            }
            'x' => {
                let file = self
                    .session
                    .layout
                    .show(&self.current.path(self.session.layout));
                self.screen.say(&format!(
                    "\nreset {file}? Your version is kept as a copy. [y/n] "
                ));
                if self.screen.keys().next().await == Key::Char('y') {
                    let told = reset::put_back(&mut self.session, &self.current)?;
                    self.screen.say(&format!("\n{told}"));
                } else {
                    self.screen.say("no\n");
                    self.screen.menu(&self.session);
                }
            }
            _ => self.screen.menu(&self.session),
        }
        Ok(())
    }
}
