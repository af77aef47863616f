//! What nearly every command begins with: the catalog and the progress file.

use std::io::Write;

use super::CommandError;
use crate::catalog::{Catalog, Exercise, Layout};
use crate::progress::{self, Change, Loaded, Progress};
use crate::runner::Verdict;
use crate::skeleton;
use crate::terminal::{self, Paint};
use crate::work;

/// The catalog and the progress of one clone.
pub(crate) struct Session<'a> {
    pub layout: &'a Layout,
    pub catalog: Catalog,
    pub progress: Progress,
    /// It was said already that progress cannot be written.
    warned: bool,
}

impl<'a> Session<'a> {
    /// Reads both and brings `work/` up to date; says what became of it.
    pub fn open(layout: &'a Layout) -> Result<Self, CommandError> {
        let mut session = Self::read(layout)?;
        match work::update(layout, &session.catalog) {
            Ok(report) => report
                .told(layout)
                .iter()
                .for_each(|told| terminal::complain(told)),
            // A checkout that is read-only, a full disk: what is there can still be used.
            Err(error) => {
                let advice = error.advice();
                let what = "work/ could not be brought up to date";
                terminal::print_warning(what, &error, advice.as_deref());
            }
        }
        // Only now is the reader's work where the exercises are today.
        session.progress = told(layout, progress::load_carried(layout, &session.catalog)?);
        Ok(session)
    }

    /// Reads both; says so if the progress file was damaged.
    pub fn read(layout: &'a Layout) -> Result<Self, CommandError> {
        let catalog = Catalog::load(layout)?;
        let loaded = progress::load(&layout.progress())?;
        Ok(Self {
            layout,
            catalog,
            progress: told(layout, loaded),
            warned: false,
        })
    }

    /// Makes one change to the progress file. Where that cannot be written (a full disk, a
    /// checkout that is read-only) this is said, and the change holds for this session: a verdict
    /// or a hint is worth more than its trace.
    pub fn record(&mut self, id: &str, change: Change) {
        match progress::record(&self.layout.progress(), id, change) {
            Ok(loaded) => self.progress = told(self.layout, loaded),
            Err(error) => {
                self.progress.apply(id, change);
                if !std::mem::replace(&mut self.warned, true) {
                    let advice = error.advice();
                    terminal::print_warning("progress is not kept", &error, advice.as_deref());
                }
            }
        }
    }

    /// Records what a run came to.
    pub fn record_verdict(&mut self, exercise: &Exercise, verdict: &Verdict) {
        let ours = skeleton::is_filled(self.layout, exercise);
        let change = self
            .progress
            .change_by(&exercise.id, verdict.passed(), ours);
        self.record(&exercise.id, change);
    }
}

fn told(layout: &Layout, loaded: Loaded) -> Progress {
    if let Some(kept) = &loaded.damaged {
        let paint = Paint::for_stderr();
        terminal::complain(&format!(
            "{} {} could not be read; it is kept as {} and a new one begins\n  \
             {} mend the kept one by hand and rename it back, or run `cargo course check` to fill the new one",
            paint.yellow("warning:"),
            layout.show(&layout.progress()),
            layout.show(kept),
            paint.bold("help:"),
        ));
    }
    loaded.progress
}

/// Prints to stdout. A reader that went away (`… | head`) is no error of ours.
pub(crate) fn print(text: &str) -> Result<(), CommandError> {
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
    print(&format!("{text}\n"))
}
