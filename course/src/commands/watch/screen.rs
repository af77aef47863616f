//! The screen of `watch`.

use std::fmt::Write as _;
use std::time::Duration;

use super::super::session::Session;
use crate::catalog::{Exercise, Layout};
use crate::progress::Modules;
use crate::runner::Verdict;
use crate::terminal::{self, Keys, Paint};
use crate::work;

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

    /// Shows the verdict of the current exercise on a new screen. If the screen is too small for all of
    /// it, shows the name of the exercise and the first failing test.
    pub fn verdict(&self, session: &Session, exercise: &Exercise, verdict: &Verdict) {
        self.keys.clear();
        let whole = self.whole(session, exercise, verdict);
        let menu = self.menu_text(session);
        let size = self.keys.size();
        if size.fits(&format!("{whole}{menu}")) {
            return self.say(&whole);
        }
        let head = self.head(session, exercise, verdict);
        let foot = self.foot(session, exercise, verdict);
        let frame = format!("{head}{foot}{menu}");
        // Two more rows: the one that says what is missing, and the cursor's.
        let room = size.rows.saturating_sub(size.rows_of(&frame) + 2);
        let all = terminal::brief(verdict, self.paint);
        let (shown, more) = size.cut(&all, room);
        let more = match more {
            0 => "  m shows all of it".to_owned(),
            more => format!(
                "  … and {}: m shows all",
                terminal::count(more, "more line")
            ),
        };
        self.say(&format!("{head}{shown}{}\n{foot}", self.paint.dim(&more)));
    }

    /// Shows the whole verdict below what is on the screen.
    pub fn more(&self, session: &Session, exercise: &Exercise, verdict: &Verdict) {
        self.say(&format!("\n{}", self.whole(session, exercise, verdict)));
    }

    fn whole(&self, session: &Session, exercise: &Exercise, verdict: &Verdict) -> String {
        let mut text = self.head(session, exercise, verdict);
        if !verdict.passed() {
            // Show the task first, and the failures after it.
            let summary = terminal::wrapped(&terminal::paragraphs(&exercise.summary), 2, 2);
            let _ = write!(text, "  {summary}\n\n");
        }
        text.push_str(&terminal::verdict(verdict, self.paint));
        text.push_str(&self.foot(session, exercise, verdict));
        text
    }

    fn head(&self, session: &Session, exercise: &Exercise, verdict: &Verdict) -> String {
        let took = Duration::from_millis(verdict.total_ms).as_secs_f64();
        let id = self.paint.bold(&exercise.id);
        let summary = terminal::summary(verdict, self.paint);
        let took = self.paint.dim(&format!("({took:.1} s)"));
        let note = work::changes(session.layout, exercise).map_or_else(String::new, |changes| {
            let note = terminal::wrapped(&changes.note(&exercise.id), 0, 0);
            format!("{}\n", self.paint.yellow(&note))
        });
        format!("{id}: {summary} {took}\n{note}\n")
    }

    /// What to do next.
    fn foot(&self, session: &Session, exercise: &Exercise, verdict: &Verdict) -> String {
        if !verdict.passed() {
            let file = session.layout.show(&exercise.path(session.layout));
            return format!("\n{}\n", terminal::next_step(verdict, &file));
        }
        let solved = self.paint.green("solved.");
        let id = &exercise.id;
        let mut text = format!("\n{solved} `cargo course diff {id}` shows our solution\n");
        let after = session.progress.after(&session.catalog, exercise);
        let all = session.catalog.exercises().count();
        match (after.part, after.next) {
            (_, None) => {
                let _ = writeln!(text, "That was the last one. All {all} exercises are done.");
            }
            (Some(part), _) => {
                let _ = writeln!(text, "Part {} is complete.", part.title);
            }
            (None, _) => {}
        }
        let runtime = Modules::count(session.layout, &session.catalog, &session.progress);
        let abilities = runtime.and_then(|modules| modules.abilities());
        let news = exercise.module.is_some() || after.part.is_some() || after.next.is_none();
        if let Some(abilities) = abilities.filter(|_| news) {
            let told = format!("Your runtime can: {abilities}");
            let _ = writeln!(text, "{}", terminal::wrapped(&told, 0, 0));
        }
        let finished = match (after.part, after.next) {
            (_, None) => session.catalog.outline.finished.as_ref(),
            (part, _) => part.and_then(|part| part.finished.as_ref()),
        };
        if let Some(page) = finished {
            let _ = writeln!(
                text,
                "`cargo course` shows what you have built, on the page {page}.html"
            );
        }
        if let Some(next) = after.next {
            let _ = writeln!(
                text,
                "n goes on to {}: {} ({} min)",
                next.id, next.title, next.minutes
            );
        }
        text
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
        self.say(&self.menu_text(session));
    }

    fn menu_text(&self, session: &Session) -> String {
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
        format!("\n{solved} of {all} solved   {}{enter}\n", keys.join(" "))
    }
}
