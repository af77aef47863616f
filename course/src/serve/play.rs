//! Runs a block of a page (▶), compiled against its chapter's crate, or the reader's meter server.
//!
//! The answer is a stream of lines with one JSON object each. The job belongs to the stream. If the
//! browser closes the stream, we drop it, and that stops the job and every process it started.

use std::{
    convert::Infallible,
    pin::Pin,
    process::ExitStatus,
    task::{Context, Poll},
    time::Instant,
};

use async_channel::{Receiver, Sender};
use axum::{
    Json,
    body::{Body, Bytes},
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use wakeful::task::AbortHandle;

use super::{
    course::Shared,
    error::{Refusal, chain},
};
use crate::{
    catalog::{Chapter, Program, Runtime},
    runner::{
        RunError,
        child::{self, Ended, Spec, Stream as Pipe},
        program::{self, Choice},
        snippet,
    },
};

/// A block of a page. The reader may have edited it.
#[derive(Deserialize)]
pub struct Block {
    chapter: String,
    code: String,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event<'a> {
    Queued {
        ahead: usize,
    },
    Compiling,
    Diagnostics {
        text: &'a str,
    },
    Stdout {
        text: &'a str,
    },
    Stderr {
        text: &'a str,
    },
    Done {
        outcome: &'static str,
        code: Option<i32>,
        ms: u128,
    },
}

/// `POST /api/run`
pub async fn run(
    State(course): State<Shared>,
    Json(block): Json<Block>,
) -> Result<Response, Refusal> {
    let catalog = course.board.catalog();
    // We look up the exact name. Text from a request never becomes part of a path.
    let chapter = catalog
        .chapters
        .iter()
        .find(|chapter| chapter.dir == block.chapter);
    let unknown = || {
        Refusal::new(
            StatusCode::NOT_FOUND,
            format!("there is no chapter `{}`", block.chapter),
        )
    };
    let job = Job::Block(chapter.ok_or_else(unknown)?.clone(), block.code);
    Ok(stream(&course, job))
}

/// `POST /api/meters`
pub async fn meters(State(course): State<Shared>) -> Result<Response, Refusal> {
    let catalog = course.board.catalog();
    match program::choose(&course.layout, &catalog) {
        Choice::Run(runtime, program) => {
            let job = Job::Program(runtime.clone(), program.clone());
            Ok(stream(&course, job))
        }
        Choice::Unfinished(open) => {
            let ids: Vec<_> = open.iter().map(|one| one.id.clone()).collect();
            let why = "the meter server needs modules of your runtime that are not solved yet";
            Err(Refusal::new(StatusCode::CONFLICT, why).with("needs", ids))
        }
        Choice::None => Err(Refusal::new(
            StatusCode::NOT_FOUND,
            "this version of the course has no meter server yet",
        )),
    }
}

/// Something to compile and to run.
enum Job {
    /// A block of a page.
    Block(Chapter, String),
    /// A program on the reader's runtime.
    Program(Runtime, Program),
}

/// Starts a job. The response is a stream of what the job says.
fn stream(course: &Shared, job: Job) -> Response {
    let (lines, receiver) = async_channel::unbounded();
    let job = wakeful::spawn_local(play(course.clone(), job, Lines(lines)));
    let output = Output {
        lines: Box::pin(receiver),
        job: job.abort_handle(),
    };
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, Body::from_stream(output)).into_response()
}

async fn play(course: Shared, job: Job, lines: Lines) {
    let mut place = course.jobs.line_up();
    place
        .turn(|ahead| lines.say(&Event::Queued { ahead }))
        .await;
    lines.say(&Event::Compiling);
    let started = Instant::now();
    let (outcome, code) = match compile_and_run(&course, &job, &lines).await {
        Ok(ended) => ended,
        Err(error) => {
            let advice = error
                .advice()
                .map_or_else(String::new, |advice| format!("\nhelp: {advice}"));
            let text = &format!("{}{advice}", chain(&error));
            lines.say(&Event::Diagnostics { text });
            ("build_failed", None)
        }
    };
    lines.say(&Event::Done {
        outcome,
        code,
        ms: started.elapsed().as_millis(),
    });
}

async fn compile_and_run(
    course: &Shared,
    job: &Job,
    lines: &Lines,
) -> Result<(&'static str, Option<i32>), RunError> {
    let (layout, limits) = (&course.layout, &course.limits);
    let (program, diagnostics) = match job {
        Job::Block(chapter, code) => {
            // Two servers must not build in the same directory, so its name contains the port.
            let slot = format!("run-{}", course.port);
            let built = snippet::build(layout, chapter, &slot, code, limits).await?;
            (built.program, built.diagnostics)
        }
        Job::Program(runtime, program) => program::build(layout, runtime, program, limits).await?,
    };
    if !diagnostics.is_empty() {
        let text = &layout.relative(&diagnostics);
        lines.say(&Event::Diagnostics { text });
    }
    let Some(program) = program else {
        return Ok(("build_failed", None));
    };
    let dir = program.parent().unwrap_or(course.layout.root()).to_owned();
    let (time, output) = (course.limits.test_time, course.limits.output);
    let spec = Spec {
        program,
        args: Vec::new(),
        dir,
        env: Vec::new(),
        time,
        output,
        memory: Some(course.limits.memory),
        many_descriptors: matches!(job, Job::Program(..)),
    };
    let (mut stdout, mut stderr) = (Text::default(), Text::default());
    let ended = child::run(&spec, &mut |pipe, bytes| match pipe {
        Pipe::Stdout => stdout.push(bytes, |text| lines.say(&Event::Stdout { text })),
        Pipe::Stderr => stderr.push(bytes, |text| {
            // A panic's location arrives in one piece.
            let text = &course.layout.relative(text);
            lines.say(&Event::Stderr { text });
        }),
    })
    .await?;
    Ok(match ended {
        Ended::Exited(status) => ("exited", Some(exit_code(status))),
        Ended::TimedOut => ("timed_out", None),
        Ended::TooMuchOutput => ("too_much_output", None),
    })
}

/// The exit code. For a signal we use the number that a shell would use.
fn exit_code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + signal;
    }
    status.code().unwrap_or(-1)
}

struct Lines(Sender<Bytes>);

impl Lines {
    fn say(&self, event: &Event<'_>) {
        // Strings and numbers always serialize. A closed stream will end this task anyway.
        if let Ok(mut line) = serde_json::to_vec(event) {
            line.push(b'\n');
            let _ = self.0.try_send(line.into());
        }
    }
}

/// Decodes bytes from a pipe, even if a character arrives in two pieces.
#[derive(Default)]
struct Text {
    torn: Vec<u8>,
}

impl Text {
    fn push(&mut self, bytes: &[u8], mut say: impl FnMut(&str)) {
        self.torn.extend_from_slice(bytes);
        let keep = match std::str::from_utf8(&self.torn) {
            // Keep only bytes that may be the start of a character.
            Err(error) if error.error_len().is_none() => self.torn.len() - error.valid_up_to(),
            _ => 0,
        };
        let rest = self.torn.split_off(self.torn.len() - keep);
        if !self.torn.is_empty() {
            say(&String::from_utf8_lossy(&self.torn));
        }
        self.torn = rest;
    }
}

/// The lines as a response body. Dropping it stops the job.
struct Output {
    lines: Pin<Box<Receiver<Bytes>>>,
    job: AbortHandle,
}

impl Stream for Output {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.lines.as_mut().poll_next(cx).map(|line| line.map(Ok))
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.job.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_that_arrives_in_two_pieces_is_decoded_correctly() {
        let mut text = Text::default();
        let mut said = Vec::new();
        let snow = "☃".as_bytes();
        text.push(&[b'a', snow[0]], |t| said.push(t.to_owned()));
        text.push(&snow[1..], |t| said.push(t.to_owned()));
        text.push(&[0xff, b'b'], |t| said.push(t.to_owned()));
        assert_eq!(said, ["a", "☃", "\u{fffd}b"]);
    }
}
