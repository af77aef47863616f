//! The screen of `watch`.

use std::time::Duration;

use super::super::session::Session;
use crate::catalog::{Catalog, Exercise, Layout};
use crate::runner::Verdict;
use crate::terminal::{self, Keys, Paint};

/// The screen, with the menu of keys below it.
pub(super) struct Screen {
    keys: Keys,
    paint: Paint,
}

impl Screen {
    pub fn new(keys: Keys) -> Self {
        Self {
            keys,
            paint: Paint::for_stdout(),
        }
    }

    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    pub fn paint(&self) -> Paint {
        self.paint
    }

    pub fn say(&self, text: &str) {
        self.keys.print(text);
    }

    /// Shows a note that needs no answer.
    pub fn note(&self, text: &str) {
        self.say(&format!("{}\n", self.paint.dim(text)));
    }

    /// Shows that a run of the current exercise starts.
    pub fn begin(&self, layout: &Layout, exercise: &Exercise) {
        self.keys.clear();
        let head = format!("{} · {}", self.paint.bold(&exercise.id), exercise.title);
        let file = layout.show(&exercise.path(layout));
        self.say(&format!(
            "{head}\n{file}\n\n{}\n",
            self.paint.dim("running …")
        ));
    }

    /// Shows the verdict of the current exercise on a new screen.
    pub fn verdict(
        &self,
        layout: &Layout,
        catalog: &Catalog,
        exercise: &Exercise,
        verdict: &Verdict,
    ) {
        self.keys.clear();
        let took = Duration::from_millis(verdict.total_ms).as_secs_f64();
        let id = self.paint.bold(&exercise.id);
        let summary = terminal::summary(verdict, self.paint);
        self.say(&format!(
            "{id}: {summary} {}\n\n",
            self.paint.dim(&format!("({took:.1} s)"))
        ));
        if !verdict.passed() {
            // Show the task first, and the failures after it.
            let summary = terminal::wrapped(&terminal::paragraphs(&exercise.summary), 2, 2);
            self.say(&format!("  {summary}\n\n"));
        }
        self.say(&terminal::verdict(verdict, self.paint));
        if verdict.passed() {
            let last = catalog
                .exercises()
                .last()
                .is_some_and(|last| last.id == exercise.id);
            let then = if last {
                "l lists all exercises"
            } else {
                "n goes to the next exercise"
            };
            self.say(&format!(
                "\nsolved. `cargo course diff {}` shows our solution, and {then}\n",
                exercise.id
            ));
        } else {
            self.say(&format!(
                "\nedit {} and save it\n",
                layout.show(&exercise.path(layout))
            ));
        }
    }

    /// One line for an exercise that runs as one of several.
    pub fn one(&self, exercise: &Exercise, verdict: &Verdict) {
        self.say(&format!(
            "  {}: {}\n",
            exercise.id,
            terminal::summary(verdict, self.paint)
        ));
    }

    /// Shows the keys and the progress.
    pub fn menu(&self, session: &Session) {
        let all = session.catalog.exercises().count();
        let solved = session
            .catalog
            .exercises()
            .filter(|exercise| session.progress.is_solved(&exercise.id))
            .count();
        let keys = [
            ("n", "ext"),
            ("h", "int"),
            ("l", "ist"),
            ("c", "heck all"),
            ("r", "un"),
            ("x", " reset"),
            ("q", "uit"),
        ];
        let keys: Vec<_> = keys
            .iter()
            .map(|(key, rest)| format!("[{}]{rest}", self.paint.bold(key)))
            .collect();
        let enter = if self.keys.single() {
            ""
        } else {
            "  (then Enter)"
        };
        self.say(&format!(
            "\n{solved} of {all} solved   {}{enter}\n",
            keys.join(" ")
        ));
    }
}
