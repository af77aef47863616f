//! What can keep the server from starting, and what a request can be refused for.

use std::io;

use axum::{
    Json, body,
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{book::BookError, catalog::CatalogError, progress::ProgressError, watch::WatchError};

/// Why the server does not start, or ends.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Another program listens there.
    #[error("port {port} of 127.0.0.1 is taken by {by}")]
    PortTaken {
        /// The port.
        port: u16,
        /// By whom, as far as can be seen.
        by: &'static str,
        /// A port that is free now.
        free: Option<u16>,
    },
    /// The port cannot be had for another reason.
    #[error("cannot listen on port {port} of 127.0.0.1")]
    Listen {
        /// The port.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The runtime, a signal or a connection failed.
    #[error("{what}")]
    System {
        /// What was being done.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// There is no randomness to make the token from.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
    /// The exercises could not be read.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The progress could not be read.
    #[error(transparent)]
    Progress(#[from] ProgressError),
    /// The book could not be built or read.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The files cannot be watched.
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
                "`cargo course --port {free}` takes one that is free; `--port 0` finds one itself"
            )),
            Self::Listen { port, .. } if *port < 1024 => Some(
                "ports below 1024 are the system's; `cargo course --port 3000` takes another one"
                    .into(),
            ),
            Self::PortTaken { .. } | Self::Listen { .. } => {
                Some("`cargo course --port N` takes another one".into())
            }
            Self::Catalog(error) => error.advice(),
            Self::Progress(error) => error.advice(),
            _ => None,
        }
    }
}

/// What is said of a body beyond the limit.
pub const TOO_LARGE: &str = "that is more than this server reads: 256 KiB";

/// Why a request is refused: a status, and a sentence that the page shows.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    body: Value,
}

impl Refusal {
    /// A refusal with its reason.
    pub fn new(status: StatusCode, why: impl Into<String>) -> Self {
        Self {
            status,
            body: json!({ "error": why.into() }),
        }
    }

    /// With one more field in its body.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.body[key] = value.into();
        self
    }

    /// Whether what was asked for is not there.
    pub fn is_missing(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    /// Something here broke, with all its causes.
    pub fn broken(error: &dyn std::error::Error) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, chain(error))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

/// What axum itself refuses, said as everything else under `/api` is, and with what to do.
pub async fn in_words(method: &Method, path: &str, response: Response) -> Response {
    /// As much as axum's own sentences need.
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
        // Which one it does, axum adds further out.
        StatusCode::METHOD_NOT_ALLOWED => {
            format!("{path} does not answer to {method}; the header `allow` says to what it does")
        }
        StatusCode::PAYLOAD_TOO_LARGE => TOO_LARGE.into(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            "send it as JSON, with `content-type: application/json`".into()
        }
        _ => format!("{said}; reload the page, which may be older than this server"),
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
