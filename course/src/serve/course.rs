//! The state that all parts of the server share.

use std::{
    convert::Infallible,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_channel::Receiver;

use super::{
    board::Board,
    editor::Editor,
    error::{ServeError, chain},
    events::Hub,
    inspector::Inspector,
    jobs::Jobs,
    listen::Options,
    memory,
    pages::{Files, Pages},
    token::Token,
};
use crate::{
    book,
    catalog::{Catalog, Layout},
    progress::Progress,
    runner::Limits,
    terminal,
};

/// The state of the server, shared by every handler and task.
pub type Shared = Arc<Course>;

/// The state of the server. See [`Shared`].
pub struct Course {
    /// The paths of the clone.
    pub layout: Layout,
    /// The port it listens on.
    pub port: u16,
    /// The token that pages carry and requests show.
    pub token: Token,
    /// The built book.
    pub pages: Pages,
    /// The pages that subscribed to changes.
    pub hub: Hub,
    /// The queue for compiles and runs.
    pub jobs: Jobs,
    /// The state of every exercise.
    pub board: Board,
    /// The reader's editor.
    pub editor: Editor,
    /// The limits for running an exercise or a block of a page.
    pub limits: Limits,
    /// How long a client may take to send the head of a request.
    pub head_time: Duration,
    /// The pages that watch the server itself.
    pub inspector: Inspector,
    /// Closes when the server shuts down.
    pub ending: Receiver<Infallible>,
    /// Why the last build of the book failed, if it did.
    book_problem: Mutex<Option<String>>,
}

impl Course {
    /// The state of a server that listens on `port`.
    pub fn new(
        layout: Layout,
        port: u16,
        options: Options,
        catalog: Catalog,
        progress: Progress,
        ending: Receiver<Infallible>,
    ) -> Result<Self, ServeError> {
        Ok(Self {
            layout,
            port,
            token: Token::random().map_err(ServeError::Random)?,
            pages: Pages::default(),
            hub: Hub::default(),
            jobs: Jobs::default(),
            board: Board::new(catalog, progress),
            editor: options.editor,
            limits: options.limits,
            head_time: options.head_time,
            inspector: Inspector::new(),
            ending,
            book_problem: Mutex::default(),
        })
    }

    /// Why the last build of the book failed, if it did.
    pub fn book_problem(&self) -> Option<String> {
        self.book_problem
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set_book_problem(&self, problem: Option<String>) {
        *self
            .book_problem
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = problem;
    }

    /// The directory for this server's book. mdBook empties it before a build, so every server has
    /// its own, even if an earlier server on this port is just ending.
    pub fn book_dir(&self) -> PathBuf {
        let name = format!("{}-{}", self.port, std::process::id());
        self.books_dir().join(name)
    }

    /// The directory above the books of all servers.
    pub fn books_dir(&self) -> PathBuf {
        self.layout.work().join("book")
    }

    /// Shows a message on every page and in the terminal.
    pub fn problem(&self, message: &str) {
        terminal::complain(message);
        self.hub
            .send("problem", &serde_json::json!({ "message": message }));
    }

    /// Tells every page that `work/` is missing, or that it is there again.
    pub fn missing_work(&self, told: Option<String>) {
        let message = told.or_else(|| self.book_problem());
        self.hub
            .send("problem", &serde_json::json!({ "message": message }));
    }

    /// Builds the book and shows it. Returns the names of the pages that changed. If the build
    /// fails, the pages stay as they were, and a message says why.
    pub async fn build_book(self: &Arc<Self>) -> Option<Vec<String>> {
        let course = self.clone();
        let built = wakeful::spawn_blocking(move || {
            let out = course.book_dir();
            let built = book::build(&course.layout, &out);
            let built = built.and_then(|()| Ok(Files::load(&out, &course.token)?));
            memory::give_back();
            built
        });
        let message = match built.await {
            Ok(Ok(files)) => {
                self.set_book_problem(None);
                return Some(self.pages.replace(files));
            }
            Ok(Err(error)) => chain(&error),
            Err(_) => "the build of the book panicked. The terminal shows where".into(),
        };
        self.problem(&message);
        self.set_book_problem(Some(message.clone()));
        if self.pages.is_empty() {
            self.pages.replace(Files::excuse(&message, &self.token));
        }
        None
    }
}
