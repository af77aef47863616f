//! The news of updates of `work/`, for readers who look only at the pages. They stay until the reader has read
//! them.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::course::Shared;
use crate::terminal;

/// The news that the reader has not put away. A line is one piece of news.
#[derive(Default)]
pub struct News(Mutex<Vec<String>>);

impl News {
    /// Adds a text of one or more lines.
    pub fn add(&self, text: &str) {
        self.change(|lines| {
            for line in text.lines() {
                match lines.last_mut() {
                    // An indented line belongs to the one before it.
                    Some(last) if line.starts_with(' ') => {
                        last.push('\n');
                        last.push_str(line);
                    }
                    _ => lines.push(line.to_owned()),
                }
            }
            // Each save of an editor can say the same.
            let mut seen = BTreeSet::new();
            lines.retain(|line| seen.insert(line.clone()));
        });
    }

    /// All of it, the oldest first.
    pub fn all(&self) -> Vec<String> {
        self.change(|lines| lines.clone())
    }

    fn change<T>(&self, change: impl FnOnce(&mut Vec<String>) -> T) -> T {
        // No change panics halfway, so a poisoned lock is still valid.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Shows news in the terminal and on every page.
pub fn tell(course: &Shared, text: &str) {
    terminal::tell(text);
    course.news.add(text);
    announce(course);
}

fn announce(course: &Shared) {
    course
        .hub
        .send("news", &json!({ "news": course.news.all() }));
}

/// `POST /api/news/read`: the reader has read this many lines and puts them away.
pub async fn read(State(course): State<Shared>, Json(read): Json<usize>) -> Json<Value> {
    course
        .news
        .change(|lines| drop(lines.drain(..read.min(lines.len()))));
    announce(&course);
    Json(json!({ "news": course.news.all() }))
}
