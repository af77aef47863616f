//! A new version of the course while `watch` runs.

use std::future::pending;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::super::session::Session;
use super::follow::Contents;
use super::news::{self, Names};
use super::{Course, next_or_first};
use crate::catalog::{Exercise, Layout};

/// How often we look whether git is done.
const GLANCE: Duration = Duration::from_millis(20);

/// Waits until the course can be read: git holds its lock while it writes the files of a new version. A copy of
/// `work/` that the reader puts back is complete at the time `restored`.
pub(super) async fn done(
    layout: &Layout,
    at_the_latest: Option<Instant>,
    restored: Option<Instant>,
) {
    let Some(deadline) = at_the_latest else {
        let Some(time) = restored else {
            return pending().await;
        };
        let left = time.saturating_duration_since(Instant::now());
        wakeful::time::sleep(left).await;
        return;
    };
    let lock = layout.root().join(".git").join("index.lock");
    while lock.exists() && Instant::now() < deadline {
        wakeful::time::sleep(GLANCE).await;
    }
}

impl Course<'_> {
    /// Reads the course again, after a pull or after an edit of the wrong folder.
    pub(super) fn read_again(&mut self) {
        (self.pulled, self.restored) = (None, None);
        let later: Vec<String> = self.later().map(|exercise| exercise.id.clone()).collect();
        let mut news = match self.session.read_again() {
            Ok(news) => news,
            // The next change of a file tries again.
            Err(error) => {
                self.screen.say("\nthe course cannot be read\n");
                self.say_error(&error);
                return;
            }
        };
        let others = self.news_of_others();
        news.told = news.told.or(others);
        let layout = self.session.layout;
        self.contents = Contents::read(layout, &self.session.catalog);
        let brought = self.is_at(&news.brought);
        let same_id = self
            .session
            .catalog
            .exercise(&self.current.id)
            .ok()
            .cloned();
        let now = if let Some(now) = brought.or(same_id) {
            now
        } else {
            let gone = format!("{} is no longer part of the course.", self.current.id);
            // If another `cargo course` has updated work/, it has told the reader elsewhere.
            let told = news.told.unwrap_or_default();
            news.told = Some(if told.contains(&gone) {
                told
            } else {
                format!("{gone}\n{told}").trim_end().to_owned()
            });
            let Some(next) = self.first_open_of(&later) else {
                return;
            };
            next
        };
        let names = [&self.current, &now].map(|exercise| Names::of(layout, exercise));
        let same = now.id == self.current.id && now.summary == self.current.summary;
        self.current = now;
        if same && news.told.is_none() && !self.is_new() {
            return;
        }
        if let Some(told) = news.told {
            self.screen.add_news(&news::with_first(&told, &names));
        }
        self.turn_to(self.current.clone());
    }

    /// The exercise whose file is the only one of these. What the reader wrote in `exercises/` is what they
    /// work on.
    fn is_at(&self, paths: &[PathBuf]) -> Option<Exercise> {
        let mut all = self.session.catalog.exercises();
        let only = all.find(|exercise| paths == [exercise.path(self.session.layout)]);
        only.cloned()
    }

    /// The first exercise of these that is not done, or else of all.
    fn first_open_of(&self, ids: &[String]) -> Option<Exercise> {
        let Session {
            catalog, progress, ..
        } = &self.session;
        let mut known = ids.iter().filter_map(|id| catalog.exercise(id).ok());
        let next = known.find(|exercise| !progress.is_done(&exercise.id));
        next.cloned().or_else(|| next_or_first(&self.session, None))
    }

    /// The exercises after the current one.
    fn later(&self) -> impl Iterator<Item = &Exercise> {
        let all = self.session.catalog.exercises();
        all.skip_while(|exercise| exercise.id != self.current.id)
            .skip(1)
    }
}
