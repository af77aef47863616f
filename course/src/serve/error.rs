//! Why the server cannot start, and why it refuses a request.

use std::io;

use axum::{
    Json, body,
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{book::BookError, catalog::CatalogError, progress::ProgressError, watch::WatchError};

/// Why the server does not start, or why it ends.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Another program already uses the port.
    #[error("port {port} of 127.0.0.1 is taken by {by}")]
    PortTaken {
        /// The port.
        port: u16,
        /// The program that uses it, as far as we can see.
        by: &'static str,
        /// A free port, if we found one.
        free: Option<u16>,
    },
    /// We cannot listen on the port for another reason.
    #[error("cannot listen on port {port} of 127.0.0.1")]
    Listen {
        /// The port.
        port: u16,
        /// The system's error.
        source: io::Error,
    },
    /// The runtime, a signal or a connection failed.
    #[error("{what}")]
    System {
        /// What we were doing.
        what: &'static str,
        /// The system's error.
        source: io::Error,
    },
    /// We cannot create the token without random numbers.
    #[error("the system has no random numbers: {0}")]
    Random(getrandom::Error),
    /// We could not read the exercises.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// We could not read the progress.
    #[error(transparent)]
    Progress(#[from] ProgressError),
    /// We could not build or read the book.
    #[error(transparent)]
    Book(#[from] BookError),
    /// We cannot watch the files.
    #[error(transparent)]
    Watch(#[from] WatchError),
}

impl ServeError {
    /// What the reader can do about it.
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::PortTaken {
                free: Some(free), ..
            } => Some(format!(
                "use another port: `cargo course --port {free}` is free now, and `--port 0` chooses a free one"
            )),
            Self::Listen { port, .. } if *port < 1024 => Some(
                "ports below 1024 need special rights. Use another port: `cargo course --port 3000`"
                    .into(),
            ),
            Self::PortTaken { .. } | Self::Listen { .. } => {
                Some("use another port: `cargo course --port N`".into())
            }
            Self::Catalog(error) => error.advice(),
            Self::Progress(error) => error.advice(),
            _ => None,
        }
    }
}

/// The message about a request body that is too large.
pub const TOO_LARGE: &str = "the request is too large. This server reads at most 256 KiB";

/// Why we refuse a request: a status, and a sentence for the page to show.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    body: Value,
}

impl Refusal {
    /// Creates a refusal with its reason.
    pub fn new(status: StatusCode, why: impl Into<String>) -> Self {
        Self {
            status,
            body: json!({ "error": why.into() }),
        }
    }

    /// Adds a field to the body.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.body[key] = value.into();
        self
    }

    /// Whether the refusal says that something does not exist.
    pub fn is_missing(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    /// An error of the server itself, with all its causes.
    pub fn broken(error: &dyn std::error::Error) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, chain(error))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

/// Turns the refusals of axum into the form that everything else under `/api` uses, and adds what
/// to do.
pub async fn in_words(method: &Method, path: &str, response: Response) -> Response {
    /// Enough for the sentences of axum.
    const SENTENCE: usize = 4096;
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    if !status.is_client_error() || kind.is_some_and(|kind| kind == "application/json") {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let said = body::to_bytes(body, SENTENCE).await.unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let why = match status {
        // Axum adds the `allow` header later, outside this function.
        StatusCode::METHOD_NOT_ALLOWED => {
            format!(
                "{path} does not accept {method}. The header `allow` lists the methods it accepts"
            )
        }
        StatusCode::PAYLOAD_TOO_LARGE => TOO_LARGE.into(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            "send JSON, with the header `content-type: application/json`".into()
        }
        _ => format!("{said}. Reload the page, because it may be older than this server"),
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_TYPE);
    (parts.headers, Refusal::new(status, why)).into_response()
}

/// An error with its causes, on one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.ends_with(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}
