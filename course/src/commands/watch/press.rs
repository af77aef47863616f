//! The keys of `watch`.

use super::super::hint::{self, Which};
use super::super::{CommandError, diff, list, reset};
use super::{Course, next_or_first};
use crate::catalog::Exercise;
use crate::files;
use crate::runner;
use crate::terminal::{self, Key};

/// The keys, and what each of them does.
pub(super) const KEYS: &[(char, &str)] = &[
    ('n', "go on to the next exercise that is not done"),
    ('p', "go back to the exercise before this one"),
    ('t', "show all of the task"),
    ('h', "show the next hint"),
    ('m', "show the whole verdict and all of the news"),
    ('r', "run the tests again"),
    (
        'd',
        "compare your solution with ours, when the exercise is solved or filled",
    ),
    ('x', "reset the exercise, and keep your version as a copy"),
    ('l', "list the exercises"),
    ('c', "check all exercises"),
    ('q', "quit"),
];

impl Course<'_> {
    /// Does what the reader asks for with a key.
    pub(super) async fn press(&mut self, key: char) {
        // Another command may have tested an exercise, or the file may be damaged.
        self.session.read_progress();
        match key {
            'h' | 'l' | 'c' | 'd' | 'x' if !self.session.layout.is_there() => {
                let gone = files::was_moved(self.session.layout.root());
                let gone = terminal::wrapped(&gone, 0, 0);
                self.screen.say(&format!("\n{gone}\n"));
            }
            'n' => {
                if let Some(next) = next_or_first(&self.session, Some(&self.current)) {
                    self.screen.forget_news();
                    self.show_warnings();
                    return self.turn_to(next);
                }
            }
            'p' => match self.earlier() {
                Some(before) => {
                    self.screen.forget_news();
                    self.show_warnings();
                    return self.turn_to(before);
                }
                None => self.screen.say("\nthis is the first exercise\n"),
            },
            't' => self.screen.task(&self.current),
            'h' => {
                let paint = self.screen.paint();
                let hint = hint::give(&mut self.session, &self.current, Which::Next, paint);
                self.screen.say(&format!("\n{hint}"));
            }
            'l' => {
                for warning in self.session.warnings() {
                    self.screen.tell(&format!("\n{warning}\n"));
                    self.screen.add_news(&warning);
                }
                if let Some(told) = runner::missing_work(self.session.layout) {
                    self.screen.tell(&format!("\n{told}\n"));
                }
                let table = list::table(&self.session, self.screen.paint());
                self.screen.say(&format!("\n{table}"));
            }
            'c' => {
                self.screen.say("\nrunning all exercises\n");
                self.queue = self.session.catalog.exercises().cloned().collect();
                if let Some(first) = self.queue.pop_front() {
                    return self.start(first);
                }
            }
            'm' => {
                match &self.verdict {
                    Some(verdict) => self.screen.more(&self.session, &self.current, verdict),
                    None => self.screen.all_news(),
                }
                // The reader has seen them.
                self.screen.forget_news();
            }
            'd' => self.compare(),
            'r' => return self.turn_to(self.current.clone()),
            'x' => {
                if let Some(told) = self.reset().await {
                    // The reset is a change of the file, which starts a run that clears the screen.
                    self.screen.add_news(&told);
                    return self.turn_to(self.current.clone());
                }
            }
            '?' => self.screen.keys_and_meanings(),
            other => {
                let told = format!("\nno key {other}: ? shows the keys\n");
                self.screen
                    .tell(&terminal::clean(&told, self.screen.paint()));
            }
        }
        self.show_warnings();
        self.screen.menu(&self.session);
    }

    /// The exercise before the current one, in the book's order.
    fn earlier(&self) -> Option<Exercise> {
        let all = self.session.catalog.exercises();
        let before = all.take_while(|exercise| exercise.id != self.current.id);
        before.last().cloned()
    }

    fn compare(&self) {
        let id = &self.current.id;
        if !self.session.progress.is_done(id) {
            let told = "is not solved yet, and the comparison would give the answer away";
            return self.screen.tell(&format!("\n{id} {told}\n"));
        }
        let paint = self.screen.paint();
        match diff::compared(self.session.layout, &self.current, paint) {
            Ok(text) => self
                .screen
                .say(&terminal::clean(&format!("\n{text}"), paint)),
            Err(error) => self.say_error(&error),
        }
    }

    /// Resets the exercise if the reader agrees. Returns what was done.
    async fn reset(&mut self) -> Option<String> {
        let layout = self.session.layout;
        let file = layout.show(&self.current.path(layout));
        let kept = if self.current.path(layout).exists() {
            "Your version is kept as a copy"
        } else {
            "It is missing"
        };
        self.screen.tell(&format!("\nreset {file}? {kept}. [y/n] "));
        if self.screen.keys().next().await != Key::Char('y') {
            self.screen.say("no\n");
            return None;
        }
        let done = reset::put_back(&mut self.session, &self.current);
        done.map_err(|error| self.say_error(&error)).ok()
    }

    pub(super) fn say_error(&self, error: &CommandError) {
        let paint = self.screen.paint();
        let text = terminal::error_text(error, error.advice().as_deref(), paint);
        self.screen
            .tell(&terminal::clean(&format!("\n{text}\n"), paint));
    }
}
