//! `cargo course watch`: the exercises without a browser. A save runs the current exercise again.
//! Single keys do the rest, and they are the same as in rustlings.
//!
//! One task waits for the next event: a key, a change, or a verdict. This file decides what happens.
//! `Screen` shows the text, `press` holds the keys, `follow` finds out what the reader saved, `pull` reads a new
//! version of the course, and `news` sorts what has changed in it.

mod follow;
mod news;
mod press;
mod pull;
mod screen;

use std::collections::{BTreeSet, VecDeque};
use std::future::{Future, pending};
use std::path::{Path, PathBuf};
use std::pin::{Pin, pin};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};

use self::follow::Contents;
use self::news::Names;
use self::screen::Screen;
use super::session::Session;
use super::{CommandError, stop};
use crate::catalog::{Exercise, Layout};
use crate::runner::{self, Limits, Outcome, RunError, Verdict};
use crate::terminal::{Key, Keys};
use crate::watch::{Mode, Watch};
use crate::work;

/// How long a pull may take before we read its files anyway.
const PULL: Duration = Duration::from_secs(10);

/// Watches until the reader presses `q`. The word is an exercise or a chapter.
pub fn run(layout: &Layout, word: Option<&str>) -> Result<ExitCode, CommandError> {
    let mut session = Session::read(layout)?;
    let told = session.read_again()?.told.unwrap_or_default();
    let Some(current) = first(&session, word)? else {
        let what = word.map_or_else(String::new, |word| format!(" in {word}"));
        return said(&format!("there are no exercises{what} yet"));
    };
    let mut news = news::with_first(&told, &[Names::of(layout, &current)]);
    let yours = session.catalog.work_dirs(layout);
    let ours = [layout.solutions(), layout.exercises()];
    let ours = ours.iter().filter(|dir| dir.is_dir());
    let dirs: Vec<&Path> = yours.iter().chain(ours).map(AsRef::as_ref).collect();
    let watch =
        Watch::with_files(&dirs, &[&layout.progress()]).map_err(|error| CommandError::Said {
            advice: Some(
                "`cargo course list` copies the exercises to work/ if they are missing".into(),
            ),
            message: format!("{error}: {}", error.source),
        })?;
    if let Mode::Polled { reason } = watch.mode() {
        let polled = format!("looking for changes once a second: {reason}");
        news = format!("{polled}\n{news}");
    }
    let contents = Contents::read(layout, &session.catalog);
    session.keep_warnings();
    let known_news = work::news(layout);
    stop::block_on(
        Course {
            session,
            screen: Screen::new(Keys::start(), news),
            watch,
            contents,
            known_news,
            current,
            running: None,
            queue: VecDeque::new(),
            verdict: None,
            seen: None,
            pulled: None,
            restored: None,
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

/// The exercise to start with: the one that the word names, or the first unsolved one of its chapter.
fn first(session: &Session, word: Option<&str>) -> Result<Option<Exercise>, CommandError> {
    let Some(word) = word else {
        return Ok(next_or_first(session, None));
    };
    let chosen = session.select(word)?;
    let open = chosen
        .iter()
        .find(|exercise| !session.progress.is_done(&exercise.id));
    Ok(open.or(chosen.first()).map(|exercise| (*exercise).clone()))
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
    /// The course's own files have changed, and git is done with them.
    Pulled,
    Done(Box<Result<Verdict, RunError>>),
}

struct Course<'a> {
    session: Session<'a>,
    screen: Screen,
    watch: Watch,
    contents: Contents,
    /// The news that this `watch` has told, or that were there before it began.
    known_news: Vec<String>,
    current: Exercise,
    running: Option<Running<'a>>,
    /// The exercises that `c` still has to run.
    queue: VecDeque<Exercise>,
    /// The last verdict on the current exercise.
    verdict: Option<Verdict>,
    /// The last revision of the current exercise that we ran, because a save without a change runs nothing.
    seen: Option<String>,
    /// The course's own files have changed. We read them at this time at the latest.
    pulled: Option<Instant>,
    /// The record in `work/` has changed. We read everything again at this time.
    restored: Option<Instant>,
}

impl Course<'_> {
    async fn follow(mut self) -> Result<ExitCode, CommandError> {
        self.start(self.current.clone());
        loop {
            match self.next().await {
                Event::Key(Key::End | Key::Char('q')) => {
                    self.screen.say("\n");
                    return Ok(ExitCode::SUCCESS);
                }
                Event::Key(Key::Char(key)) => self.press(key).await,
                Event::Changed(paths) => self.changed(&paths),
                Event::Pulled => self.read_again(),
                Event::Done(result) => {
                    let Some(Running { exercise, .. }) = self.running.take() else {
                        continue;
                    };
                    let verdict = match *result {
                        Ok(verdict) => verdict,
                        // Files that disappear during a run are one reason. The next save runs it again.
                        Err(error) => {
                            self.queue.clear();
                            self.say_error(&error.into());
                            self.screen.menu(&self.session);
                            continue;
                        }
                    };
                    self.session.record_verdict(&exercise, &verdict);
                    self.show_warnings();
                    if exercise.id == self.current.id {
                        self.seen = Some(verdict.revision.clone());
                        self.verdict = Some(verdict.clone());
                    }
                    self.done(&exercise, &verdict);
                }
            }
        }
    }

    /// The news that another `cargo course` has told since we looked last.
    fn news_of_others(&mut self) -> Option<String> {
        let news = work::news(self.session.layout);
        let is_new = |piece: &&String| !self.known_news.contains(piece);
        let new: Vec<&str> = news.iter().filter(is_new).map(String::as_str).collect();
        let new = (!new.is_empty()).then(|| new.join("\n"));
        // The reader has read these on a page.
        let known = self.known_news.iter();
        self.screen
            .take_news(known.filter(|piece| !news.contains(piece)));
        self.known_news = news;
        new
    }

    /// Shows what the session could not keep or read, until the reader goes on.
    pub(super) fn show_warnings(&mut self) {
        for warning in self.session.warnings() {
            self.screen.add_news(&warning);
        }
    }

    async fn next(&mut self) -> Event {
        let done = async {
            match &mut self.running {
                Some(running) => running.future.as_mut().await,
                None => pending().await,
            }
        };
        let pulled = pull::done(self.session.layout, self.pulled, self.restored);
        let (keys, changes) = (self.screen.keys().next(), self.watch.next());
        let (done, pulled, keys, changes) = (pin!(done), pin!(pulled), pin!(keys), pin!(changes));
        match select(select(keys, pulled), select(changes, done)).await {
            Either::Left((Either::Left((key, _)), _)) => Event::Key(key),
            Either::Left((Either::Right(((), _)), _)) => Event::Pulled,
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
            self.screen.begin(&self.session, &exercise);
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

    /// Makes this exercise the current one and runs it.
    fn turn_to(&mut self, exercise: Exercise) {
        self.queue.clear();
        self.current = exercise.clone();
        self.start(exercise);
    }

    /// Saving the file of another exercise makes it the current one.
    fn changed(&mut self, paths: &BTreeSet<PathBuf>) {
        let layout = self.session.layout;
        let is_ours = |path: &PathBuf| {
            path.starts_with(layout.solutions()) || path.starts_with(layout.exercises())
        };
        if paths.iter().any(is_ours) {
            self.pulled.get_or_insert_with(|| Instant::now() + PULL);
        }
        if paths.iter().all(is_ours) {
            return;
        }
        // An editor still has the file of a renamed exercise open.
        if work::has_former(layout, paths) {
            return self.read_again();
        }
        if paths.contains(&work::news_file(layout))
            && let Some(new) = self.news_of_others()
        {
            let names = [Names::of(layout, &self.current)];
            self.screen.add_news(&news::with_first(&new, &names));
            self.turn_to(self.current.clone());
        }
        // The reader may be putting back a copy of work/ that is older than the course. We wait until it is complete.
        if self.restored.is_some() || work::has_record(layout, paths) {
            self.restored = Some(Instant::now() + work::COPY);
        }
        let before = self.session.progress.clone();
        self.session.read_progress();
        let is_other_progress = self.session.progress != before;
        let catalog = &self.session.catalog;
        let other = self.contents.saved(layout, catalog, paths, &self.current);
        let is_the_readers = other.is_some() || self.is_new() || self.may_help(paths);
        if is_the_readers {
            self.screen.forget_news();
        }
        self.show_warnings();
        if is_the_readers {
            self.turn_to(other.unwrap_or_else(|| self.current.clone()));
        } else if let Some(verdict) = &self.verdict
            && is_other_progress
            && self.running.is_none()
        {
            // Another command has tested an exercise, or the reader has repaired the file.
            self.screen.verdict(&self.session, &self.current, verdict);
            self.screen.menu(&self.session);
        }
    }

    /// Whether the files of the current exercise differ from those that were run last, or run now.
    fn is_new(&self) -> bool {
        let last = match &self.running {
            Some(running) if running.exercise.id == self.current.id => &running.revision,
            _ => &self.seen,
        };
        runner::revision(self.session.layout, &self.current).ok() != *last
    }

    /// Whether these files may be what kept cargo from building. That can be a file of another package.
    fn may_help(&self, paths: &BTreeSet<PathBuf>) -> bool {
        let verdict = self.verdict.as_ref().filter(|_| self.running.is_none());
        let is_stuck = verdict.is_some_and(|verdict| {
            matches!(verdict.outcome, Outcome::ManifestBroken | Outcome::Missing)
        });
        let is_read = |path: &PathBuf| {
            let end = path.extension().unwrap_or_default();
            ["rs", "toml", "lock"].iter().any(|one| end == *one)
        };
        is_stuck && paths.iter().any(is_read)
    }
}
