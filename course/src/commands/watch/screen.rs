//! The screen of `watch`.

use std::fmt::Write as _;
use std::time::Duration;

use super::super::session::Session;
use super::press::KEYS;
use crate::catalog::Exercise;
use crate::progress::{Modules, State};
use crate::runner::Verdict;
use crate::terminal::{self, Keys, Paint, Size};
use crate::work;

/// The rows that stay for the tests if the task is long: a failing test with its message.
const FOR_TESTS: usize = 5;
/// The news get this part of the screen.
const NEWS: usize = 6;

/// The screen, with the menu of keys below it.
pub(super) struct Screen {
    keys: Keys,
    paint: Paint,
    /// The changes of the course and of the reader's folder, the newest first. They stay until the reader
    /// saves or goes on.
    news: String,
}

impl Screen {
    pub fn new(keys: Keys, news: String) -> Self {
        Self {
            keys,
            paint: Paint::for_stdout(),
            news,
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

    /// Says something in prose.
    pub fn tell(&self, text: &str) {
        self.say(&terminal::prose(text));
    }

    pub fn add_news(&mut self, news: &str) {
        // Each save of an editor can say the same.
        let known: Vec<String> = self.news.lines().map(Into::into).collect();
        let is_new = |line: &&str| !known.iter().any(|known| known == line);
        let news: Vec<&str> = news.trim_end().lines().filter(is_new).collect();
        let is_true = |old: &&str| !news.iter().any(|new| work::replaces(new, old));
        let before: Vec<&str> = self.news.lines().filter(is_true).collect();
        self.news = format!("{}\n{}", news.join("\n"), before.join("\n"));
    }

    /// Takes these pieces of news away.
    pub fn take_news<'a>(&mut self, pieces: impl Iterator<Item = &'a String>) {
        let lines: Vec<&str> = pieces.flat_map(|piece| piece.lines()).collect();
        let kept = self.news.lines().filter(|line| !lines.contains(line));
        self.news = kept.collect::<Vec<_>>().join("\n");
    }

    pub fn forget_news(&mut self) {
        self.news.clear();
    }

    /// Shows all of the news below what is on the screen.
    pub fn all_news(&self) {
        self.say(&format!("\n{}", self.news(Size::ENDLESS)));
    }

    /// Shows that a run of the current exercise starts. The reader has the task while cargo builds.
    pub fn begin(&self, session: &Session, exercise: &Exercise) {
        self.keys.clear();
        let size = self.keys.size();
        let head = self.news(size) + &self.name(exercise);
        let file = session.layout.show(&exercise.path(session.layout));
        let places = format!("{}edit {file} and save it\n", page(session, exercise));
        let places = terminal::prose(&places);
        let foot = self.paint.dim("running …");
        let frame = format!("{head}{places}\n\n{foot}\n");
        let room = size.rows.saturating_sub(size.rows_of(&frame) + 1);
        let task = self.short_task(exercise, room);
        self.say(&format!("{head}{places}\n{task}{foot}\n"));
    }

    /// Shows the verdict of the current exercise on a new screen. If the screen is too small for all of
    /// it, shows the task and the first failing test.
    pub fn verdict(&self, session: &Session, exercise: &Exercise, verdict: &Verdict) {
        self.keys.clear();
        let whole = self.whole(session, exercise, verdict);
        let menu = self.menu_text(session);
        let size = self.keys.size();
        if size.fits(&format!("{whole}{menu}")) {
            return self.say(&whole);
        }
        let head = format!(
            "{}{}",
            self.news(size),
            self.head(session, exercise, verdict)
        );
        let foot = self.foot(session, exercise, verdict);
        let frame = format!("{head}{foot}{menu}");
        // Two more rows: the one that says what is missing, and the cursor's.
        let room = size.rows.saturating_sub(size.rows_of(&frame) + 2);
        let task = if verdict.passed() {
            String::new()
        } else {
            let most = (size.rows / 3).min(room.saturating_sub(FOR_TESTS + 1));
            self.short_task(exercise, most)
        };
        let room = room.saturating_sub(size.rows_of(&task));
        let all = terminal::brief(verdict, self.paint);
        let (shown, more) = size.cut(&all, room);
        let more = match more {
            0 => "  m shows all of it".to_owned(),
            more => format!(
                "  … and {}: m shows all",
                terminal::count(more, "more line")
            ),
        };
        let more = self.paint.dim(&more);
        self.say(&format!("{head}{task}{shown}{more}\n{foot}"));
    }

    /// The news above the exercise, in a sixth of the screen and one more row at most.
    fn news(&self, size: Size) -> String {
        let news = terminal::clean(self.news.trim_end(), self.paint);
        if news.is_empty() {
            return String::new();
        }
        let text = terminal::prose(&news) + "\n";
        match size.cut(&text, size.rows / NEWS) {
            // The row that says how to see one more line has room for that line.
            (_, 0 | 1) => format!("{text}\n"),
            (shown, more) => {
                let more = terminal::count(more, "more line");
                let more = self.paint.dim(&format!("… and {more}: m shows all"));
                format!("{shown}{more}\n\n")
            }
        }
    }

    /// The task with an empty row below it: all of it if it fits into `rows` rows, or else its first
    /// sentences. If there is no room for these, still says how to see the task.
    fn short_task(&self, exercise: &Exercise, rows: usize) -> String {
        let size = self.keys.size();
        let whole = task(&exercise.summary);
        if size.rows_of(&whole) <= rows {
            return format!("{whole}\n");
        }
        let room = rows.saturating_sub(1);
        let text = terminal::paragraphs(&exercise.summary);
        let sentences = terminal::first_sentences(&text, |text| size.rows_of(&task(text)) <= room);
        let shown = match sentences {
            "" => size.cut(&whole, room).0.to_owned(),
            sentences => task(sentences),
        };
        let more = self.paint.dim("  t shows all of the task");
        format!("{shown}{more}\n\n")
    }

    /// Shows all of the task below what is on the screen.
    pub fn task(&self, exercise: &Exercise) {
        let name = self.name(exercise);
        self.say(&format!("\n{name}\n{}", task(&exercise.summary)));
    }

    /// The id and the title.
    fn name(&self, exercise: &Exercise) -> String {
        let id = self.paint.bold(&exercise.id);
        terminal::prose(&format!("{id} · {}\n", exercise.title))
    }

    /// Shows what each key does.
    pub fn keys_and_meanings(&self) {
        let mut text = String::from("\n");
        for (key, meaning) in KEYS {
            let _ = writeln!(text, "  {}  {meaning}", self.paint.bold(&key.to_string()));
        }
        text.push_str("To work on another exercise, you can also edit its file and save it.\n");
        self.tell(&text);
    }

    /// Shows the whole verdict below what is on the screen.
    pub fn more(&self, session: &Session, exercise: &Exercise, verdict: &Verdict) {
        self.say(&format!("\n{}", self.whole(session, exercise, verdict)));
    }

    fn whole(&self, session: &Session, exercise: &Exercise, verdict: &Verdict) -> String {
        let mut text = self.news(Size::ENDLESS) + &self.head(session, exercise, verdict);
        if !verdict.passed() {
            // Show the task first, and the failures after it.
            let _ = writeln!(text, "{}", task(&exercise.summary));
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
        let note = session
            .note(exercise, verdict)
            .map_or_else(String::new, |note| {
                format!("{}\n", self.paint.yellow(&note))
            });
        terminal::prose(&format!("{id}: {summary} {took}\n{note}\n"))
    }

    /// What to do next.
    fn foot(&self, session: &Session, exercise: &Exercise, verdict: &Verdict) -> String {
        if !verdict.passed() {
            let file = session.layout.show(&exercise.path(session.layout));
            let next = terminal::next_step(verdict, &file);
            return terminal::prose(&format!("\n{}{next}\n", page(session, exercise)));
        }
        let mut text = if session.progress.state(&exercise.id) == State::Filled {
            "\nfilled with our solution, so it does not count as solved\n".to_owned()
        } else {
            let solved = self.paint.green("solved.");
            format!("\n{solved} d compares it with our solution\n")
        };
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
            let _ = writeln!(text, "Your runtime can: {abilities}");
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
        terminal::prose(&text)
    }

    /// One line for an exercise that runs as one of several.
    pub fn one(&self, exercise: &Exercise, verdict: &Verdict) {
        self.tell(&format!(
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
            ("p", "rev"),
            ("t", "ask"),
            ("h", "int"),
            ("l", "ist"),
            ("x", " reset"),
            ("?", " keys"),
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
        let keys = keys.join(" ");
        terminal::prose(&format!("\n{solved} of {all} solved   {keys}{enter}\n"))
    }
}

/// The task as the screen shows it.
fn task(summary: &str) -> String {
    let text = terminal::wrapped(&terminal::paragraphs(summary), 2, 2);
    format!("  {text}\n")
}

/// The page to read.
fn page(session: &Session, exercise: &Exercise) -> String {
    let page = session.layout.page(&exercise.chapter);
    if !page.is_file() {
        return String::new();
    }
    let chapter = session.catalog.chapter(&exercise.chapter).ok();
    let title = chapter.map_or(&*exercise.chapter, |chapter| {
        session.catalog.outline.title_of(chapter)
    });
    format!("read {} ({title})\n", session.layout.show(&page))
}
