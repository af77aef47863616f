//! What all rooms of the server share.

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
    pages::{Files, Pages},
    token::Token,
};
use crate::{
    book::{self, BookError},
    catalog::{Catalog, Layout},
    progress::Progress,
    runner::Limits,
    terminal,
};

/// The server's one state, for every handler and task.
pub type Shared = Arc<Course>;

/// See [`Shared`].
pub struct Course {
    /// Where the clone's files are.
    pub layout: Layout,
    /// The port that answers.
    pub port: u16,
    /// What pages carry and requests show.
    pub token: Token,
    /// The built book.
    pub pages: Pages,
    /// Who listens for changes.
    pub hub: Hub,
    /// One compile or run at a time.
    pub jobs: Jobs,
    /// Every exercise's state.
    pub board: Board,
    /// The reader's editor.
    pub editor: Editor,
    /// How much an exercise, or a block of a page, may use.
    pub limits: Limits,
    /// How long a client may take for the head of a request.
    pub head_time: Duration,
    /// Who watches the server itself.
    pub inspector: Inspector,
    /// Closed when the server goes down.
    pub ending: Receiver<Infallible>,
    /// Why the book does not build, while it does not.
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

    /// Why the book does not build, if it does not.
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

    /// Where this server's book is built: apart from that of every other course, also of one that
    /// is just leaving this port, because mdBook empties the directory first.
    pub fn book_dir(&self) -> PathBuf {
        let name = format!("{}-{}", self.port, std::process::id());
        self.books_dir().join(name)
    }

    /// The directory of all of them.
    pub fn books_dir(&self) -> PathBuf {
        self.layout.work().join("book")
    }

    /// Says something to every page and in the terminal.
    pub fn problem(&self, message: &str) {
        terminal::complain(message);
        self.hub
            .send("problem", &serde_json::json!({ "message": message }));
    }

    /// Builds the book and shows it; answers which pages changed. A book that does not build
    /// leaves the pages as they were, and says why.
    pub async fn build_book(self: &Arc<Self>) -> Option<Vec<String>> {
        let course = self.clone();
        let built = wakeful::spawn_blocking(move || {
            let out = course.book_dir();
            book::build(&course.layout, &out)?;
            Ok::<_, BookError>(Files::load(&out, &course.token)?)
        });
        let message = match built.await {
            Ok(Ok(files)) => {
                self.set_book_problem(None);
                return Some(self.pages.replace(files));
            }
            Ok(Err(error)) => chain(&error),
            Err(_) => "building the book panicked; the terminal says where".into(),
        };
        self.problem(&message);
        self.set_book_problem(Some(message.clone()));
        if self.pages.is_empty() {
            self.pages.replace(Files::excuse(&message, &self.token));
        }
        None
    }
}
