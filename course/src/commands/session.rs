//! The start of nearly every command: reading the catalog and the progress file.

use std::io::Write;
use std::path::PathBuf;

use super::CommandError;
use crate::catalog::{Catalog, CatalogError, Exercise, Layout};
use crate::progress::{self, Change, Loaded, Progress, State};
use crate::runner::{Outcome, Verdict};
use crate::terminal::{self, Paint};
use crate::work;

const NOT_UPDATED: &str = "work/ could not be brought up to date";

/// The catalog and the progress of one clone.
pub(crate) struct Session<'a> {
    pub layout: &'a Layout,
    pub catalog: Catalog,
    pub progress: Progress,
    /// Whether we have already said that we cannot write the progress.
    warned: bool,
    /// Warnings for a screen that is drawn again and again. `None` if they are printed at once.
    warnings: Option<Vec<String>>,
}

impl<'a> Session<'a> {
    /// Reads both and brings `work/` up to date. Tells the reader what changed there.
    pub fn open(layout: &'a Layout) -> Result<Self, CommandError> {
        let mut session = Self::read(layout)?;
        let (told, _) = session.update_work();
        if let Some(told) = told {
            terminal::complain(&told);
        }
        // Only now is the reader's work where the exercises are today.
        let loaded = progress::load_carried(layout, &session.catalog)?;
        session.learn(loaded);
        Ok(session)
    }

    /// Reads both; says so if the progress file was damaged.
    pub fn read(layout: &'a Layout) -> Result<Self, CommandError> {
        let catalog = Catalog::load(layout)?;
        let loaded = progress::load(&layout.progress())?;
        let mut session = Self {
            layout,
            catalog,
            progress: Progress::default(),
            warned: false,
            warnings: None,
        };
        session.learn(loaded);
        Ok(session)
    }

    /// The exercise with this id.
    pub fn exercise(&self, id: &str) -> Result<&Exercise, CommandError> {
        let found = self.catalog.exercise(id);
        found.map_err(|error| self.or_gone(id, error))
    }

    /// The exercises of an id or of a chapter.
    pub fn select(&self, word: &str) -> Result<Vec<&Exercise>, CommandError> {
        let found = self.catalog.select(word);
        found.map_err(|error| self.or_gone(word, error))
    }

    /// A name that is not known may be one of an earlier version of the course.
    fn or_gone(&self, word: &str, error: CatalogError) -> CommandError {
        let Some((id, file)) = work::gone(self.layout, &self.catalog, word) else {
            return error.into();
        };
        let list = "`cargo course list` shows the exercises of today";
        let (there, file) = (file.exists(), self.layout.show(&file));
        let stays = format!("your file {file} stays where it is, and {list}");
        CommandError::Said {
            message: format!("{id} is no longer part of the course"),
            advice: Some(if there { stays } else { list.to_owned() }),
        }
    }

    /// Keeps later warnings for [`warnings`](Self::warnings).
    pub fn keep_warnings(&mut self) {
        self.warnings = Some(Vec::new());
    }

    /// Takes the kept warnings.
    pub fn warnings(&mut self) -> Vec<String> {
        self.warnings
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }

    fn warn(&mut self, text: String) {
        match &mut self.warnings {
            Some(warnings) => warnings.push(text),
            None => terminal::complain(&text),
        }
    }

    fn learn(&mut self, loaded: Loaded) {
        if let Some(damaged) = &loaded.damaged {
            let (told, advice) = (damaged.told(self.layout), damaged.advice(self.layout));
            // The pages say it too.
            let _ = work::keep_news(self.layout, &format!("{told}. Help: {advice}."));
            let paint = Paint::for_stderr();
            self.warn(format!(
                "{} {}\n  {} {}",
                paint.yellow("warning:"),
                told,
                paint.bold("help:"),
                advice,
            ));
        }
        self.progress = loaded.progress;
    }

    /// Reads the course again after its files changed, and brings `work/` up to date.
    pub fn read_again(&mut self) -> Result<News, CommandError> {
        self.catalog = Catalog::load(self.layout)?;
        let (told, brought) = self.update_work();
        let loaded = progress::load_carried(self.layout, &self.catalog)?;
        self.learn(loaded);
        Ok(News { told, brought })
    }

    /// Brings `work/` up to date. Returns what the reader should know, and the files that now hold what they
    /// wrote elsewhere.
    pub fn update_work(&self) -> (Option<String>, Vec<PathBuf>) {
        let progress::Updated {
            report,
            told,
            failed,
        } = progress::update_work(self.layout, &self.catalog, &self.progress);
        // A checkout that is read-only, a full disk: what is there can still be used.
        let failed = failed.map(|error| {
            let advice = error.advice();
            terminal::warning_text(NOT_UPDATED, &error, advice.as_deref(), Paint::for_stdout())
        });
        let told: Vec<String> = told.into_iter().chain(failed).collect();
        let brought = report.brought.iter().map(|moved| moved.to.clone());
        let again = report.renamed.iter().filter(|renamed| renamed.again);
        let again = again.filter_map(|renamed| Some(renamed.moved.as_ref()?.1.clone()));
        let told = (!told.is_empty()).then(|| told.join("\n"));
        (told, brought.chain(again).collect())
    }

    /// Reads the progress file again, because another command may have changed it.
    pub fn read_progress(&mut self) {
        // Without its folder, there is no progress to read.
        if !self.layout.is_there() {
            return;
        }
        // If it cannot be read, what we know still counts for this session.
        if let Ok(loaded) = progress::load_carried(self.layout, &self.catalog) {
            self.learn(loaded);
        }
    }

    /// Records one change in the progress file. If we cannot write it (the disk is full, the
    /// checkout is read-only), we warn once and keep the change for this session. The reader still
    /// gets the verdict or the hint.
    pub fn record(&mut self, id: &str, change: Change) {
        match progress::record(self.layout, id, change) {
            Ok(loaded) => self.learn(loaded),
            Err(error) => {
                self.progress.apply(id, change);
                if !std::mem::replace(&mut self.warned, true) {
                    self.warn(terminal::warning_text(
                        "cannot keep your progress",
                        &error,
                        error.advice().as_deref(),
                        Paint::for_stderr(),
                    ));
                }
            }
        }
    }

    /// A line for the reader beside a verdict: the course has changed the exercise.
    pub fn note(&self, exercise: &Exercise, verdict: &Verdict) -> Option<String> {
        let id = &exercise.id;
        if let Some(changes) = progress::changes(self.layout, exercise, &self.progress) {
            return Some(match self.progress.state(id) {
                State::Filled => format!(
                    "changed since it was filled. `cargo course fill {id}` puts our new solution in place"
                ),
                _ => changes.note(id),
            });
        }
        let outdated = progress::is_outdated(self.layout, exercise, &self.progress);
        let told = match verdict.outcome {
            Outcome::Failed => "your solution does not pass its new tests",
            _ => "its new tests have not passed yet",
        };
        outdated.then(|| format!("the course has changed it since you solved it, and {told}"))
    }

    /// Records the result of a run. A skeleton that fails is an exercise that the reader has not begun.
    pub fn record_verdict(&mut self, exercise: &Exercise, verdict: &Verdict) {
        if verdict.outcome == Outcome::Passed && !verdict.passed() {
            // Other tests than the course's passed, which says nothing about the exercise.
            return;
        }
        if !verdict.passed() && !work::is_begun(self.layout, exercise) {
            return;
        }
        if !Catalog::still_has(self.layout, exercise) {
            return;
        }
        let change = Change::by(verdict.passed(), self.layout, exercise);
        self.record(&exercise.id, change);
    }
}

/// What an update of `work/` did.
#[derive(Default)]
pub(crate) struct News {
    /// The text for the reader.
    pub told: Option<String>,
    /// The files in `work/` that now hold what the reader wrote elsewhere.
    pub brought: Vec<PathBuf>,
}

/// Prints to stdout, without what a terminal would obey. A closed pipe (`… | head`) is not an error.
pub(crate) fn print(text: &str) -> Result<(), CommandError> {
    write(&terminal::clean(text, Paint::for_stdout()))
}

fn write(text: &str) -> Result<(), CommandError> {
    let mut stdout = std::io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(CommandError::Io {
            what: "cannot write to stdout".into(),
            source: error,
        }),
        _ => Ok(()),
    }
}

/// Prints a value as JSON.
pub(crate) fn print_json(value: &impl serde::Serialize) -> Result<(), CommandError> {
    let text = serde_json::to_string_pretty(value).map_err(|error| CommandError::Io {
        what: "cannot print JSON".into(),
        source: error.into(),
    })?;
    // JSON writes control characters as numbers.
    write(&format!("{text}\n"))
}
