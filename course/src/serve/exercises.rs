//! The requests about exercises.
//!
//! A request names an exercise by its id, never a file. We look the id up in the catalog. The file
//! of the exercise may have been replaced by a link that leads elsewhere, so we check that before
//! we read, write or open it.

use std::{io, path::PathBuf};

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{board, course::Shared, error::Refusal, news, progress_file, refresh};
use crate::{
    catalog::{Exercise, Part},
    files,
    progress::Change,
    runner::program::{self, Choice},
    skeleton, work,
};

type Answer = Result<Json<Value>, Refusal>;
type Id = Path<(String, String)>;

/// The largest file of an exercise that we show.
const MAX_SOURCE: u64 = 1 << 20;

fn find(course: &Shared, Path((chapter, name)): Id) -> Result<Exercise, Refusal> {
    let id = format!("{chapter}/{name}");
    course.board.find(&id).ok_or_else(|| {
        let known: Vec<_> = course
            .board
            .catalog()
            .exercises()
            .map(|e| e.id.clone())
            .collect();
        Refusal::new(
            StatusCode::NOT_FOUND,
            format!("there is no exercise `{id}`"),
        )
        .with("known", known)
    })
}

/// The exercise's file, after the check that it is inside the exercise's folder.
fn file(course: &Shared, exercise: &Exercise) -> Result<PathBuf, Refusal> {
    inside(course, exercise, exercise.path(&course.layout))
}

/// Checks that a path is inside the exercise's folder, also through links.
fn inside(course: &Shared, exercise: &Exercise, path: PathBuf) -> Result<PathBuf, Refusal> {
    let shown = course.layout.show(&path);
    let real = |path: PathBuf| {
        let gone = |e| Refusal::new(StatusCode::NOT_FOUND, format!("cannot read {shown}: {e}"));
        path.canonicalize().map_err(gone)
    };
    if real(path.clone())?.starts_with(real(exercise.dir(&course.layout))?) {
        Ok(path)
    } else {
        Err(Refusal::new(
            StatusCode::FORBIDDEN,
            format!("{shown} leads out of the exercise's folder"),
        ))
    }
}

/// Runs something that blocks on the pool.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Refusal> {
    let panicked = |_| {
        Refusal::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the server panicked. Its terminal shows where",
        )
    };
    wakeful::spawn_blocking(work).await.map_err(panicked)
}

/// `GET /api/exercises`
pub async fn list(State(course): State<Shared>) -> Json<Value> {
    progress_file::reread(&course).await;
    Json(json!({
        "exercises": course.board.views(&course.layout),
        "runtime": course.board.modules(&course.layout),
        "meters": meters(&course),
        "parts": parts(&course),
        "finished": course.board.catalog().outline.finished,
        "news": work::news(&course.layout),
    }))
}

/// The modules that the reader's meter server still needs. `None` if the course has no such program.
fn meters(course: &Shared) -> Option<Vec<String>> {
    let catalog = course.board.catalog();
    match program::choose(&course.layout, &catalog) {
        Choice::Run(..) => Some(Vec::new()),
        Choice::Unfinished(open) => Some(open.iter().map(|one| one.id.clone()).collect()),
        Choice::None => None,
    }
}

/// The parts of the book, each with its chapters and with the page at its end.
fn parts(course: &Shared) -> Vec<Value> {
    let catalog = course.board.catalog();
    let parts = catalog.outline.parts.iter();
    let part = |part: &Part| {
        let pages: Vec<_> = part.pages.iter().map(|(name, _)| name).collect();
        json!({ "title": part.title, "chapters": pages, "finished": part.finished })
    };
    parts.map(part).collect()
}

/// `POST …/run`
pub async fn run(State(course): State<Shared>, id: Id) -> Result<StatusCode, Refusal> {
    let exercise = find(&course, id)?;
    board::run(&course, &exercise);
    Ok(StatusCode::ACCEPTED)
}

/// `POST …/reset`
pub async fn reset(State(course): State<Shared>, id: Id) -> Answer {
    let exercise = find(&course, id)?;
    let (place, subject) = (course.clone(), exercise.clone());
    let kept = blocking(move || {
        // We can restore a missing file. We never write to a file that leads elsewhere.
        match file(&place, &subject) {
            Err(refusal) if !refusal.is_missing() => return Err(refusal),
            _ => {}
        }
        if !place.layout.yours().is_dir()
            && let Some(told) = refresh::update_work(&place.layout, &place.board.catalog())
        {
            news::tell(&place, &told);
        }
        work::reset(&place.layout, &place.board.catalog(), &subject)
            .map_err(|e| Refusal::broken(&e))
    });
    let work::Reset { kept, others, .. } = kept.await??;
    board::forget(&course, &exercise);
    progress_file::record(&course, &exercise, Change::Reset).await;
    board::announce(&course, &exercise);
    let show = |path: PathBuf| course.layout.show(&path);
    let others: Vec<String> = others.into_iter().map(show).collect();
    Ok(Json(json!({ "kept": kept.map(show), "others": others })))
}

/// `POST …/fill`
pub async fn fill(State(course): State<Shared>, id: Id) -> Answer {
    let exercise = find(&course, id)?;
    if exercise.module.is_none() {
        let why = format!("{} is not a module of your runtime", exercise.id);
        return Err(Refusal::new(StatusCode::CONFLICT, why));
    }
    let (place, subject) = (course.clone(), exercise.clone());
    let kept = blocking(move || {
        match file(&place, &subject) {
            Err(refusal) if !refusal.is_missing() => return Err(refusal),
            _ => {}
        }
        work::fill(&place.layout, &subject).map_err(|e| Refusal::broken(&e))
    });
    let kept = kept.await??;
    board::forget(&course, &exercise);
    progress_file::record(&course, &exercise, Change::Filled).await;
    board::announce(&course, &exercise);
    let file = course.layout.show(&exercise.path(&course.layout));
    let kept = kept.map(|path| course.layout.show(&path));
    Ok(Json(json!({ "file": file, "kept": kept })))
}

/// `GET …/place`: the file's whole path, and the line where the reader's work begins.
pub async fn place(State(course): State<Shared>, id: Id) -> Answer {
    let (path, line) = start_of_work(&course, id).await?;
    Ok(Json(
        json!({ "path": path.display().to_string(), "line": line }),
    ))
}

async fn start_of_work(course: &Shared, id: Id) -> Result<(PathBuf, usize), Refusal> {
    let exercise = find(course, id)?;
    let path = file(course, &exercise)?;
    let layout = course.layout.clone();
    let line = blocking(move || skeleton::first_hole(&layout, &exercise)).await?;
    Ok((path, line))
}

/// `POST …/open`
pub async fn open(State(course): State<Shared>, id: Id) -> Answer {
    let (path, line) = start_of_work(&course, id).await?;
    let shown = course.layout.show(&path);
    match course.editor.open(&path, line, course.layout.root()) {
        Ok(editor) => Ok(Json(json!({ "opened": shown, "with": editor }))),
        Err(why) => Err(Refusal::new(
            StatusCode::CONFLICT,
            format!("{why} Please open it yourself: {}", path.display()),
        )
        .with("path", path.display().to_string())),
    }
}

#[derive(Deserialize)]
pub struct Which {
    n: usize,
}

/// `GET …/hint?n=1`
pub async fn hint(
    State(course): State<Shared>,
    id: Id,
    Query(Which { n }): Query<Which>,
) -> Answer {
    let exercise = find(&course, id)?;
    let of = exercise.hints.len();
    let text = n
        .checked_sub(1)
        .and_then(|n| exercise.hints.get(n))
        .cloned();
    let text = text
        .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, format!("there are hints 1 to {of}")))?;
    // Each exercise has three hints.
    let shown = u8::try_from(n).unwrap_or(u8::MAX);
    progress_file::record(&course, &exercise, Change::Hinted(shown)).await;
    board::announce(&course, &exercise);
    Ok(Json(json!({ "n": n, "of": of, "text": text })))
}

/// `GET …/diff`
pub async fn diff(State(course): State<Shared>, id: Id) -> Answer {
    let exercise = find(&course, id)?;
    if !course.board.is_solved(&exercise.id) {
        let why = "you can compare with our solution after your own passes its tests";
        return Err(Refusal::new(StatusCode::FORBIDDEN, why));
    }
    let place = course.clone();
    let diff = blocking(move || {
        file(&place, &exercise)?;
        skeleton::diff(&place.layout, &exercise).map_err(|e| Refusal::broken(&e))
    });
    Ok(Json(json!({ "diff": diff.await?? })))
}

/// `POST …/look`: what the course changed since the reader began it. Then it is no news any more.
pub async fn look(State(course): State<Shared>, id: Id) -> Answer {
    let exercise = find(&course, id)?;
    let (place, subject) = (course.clone(), exercise.clone());
    let looked = blocking(move || {
        work::look(&place.layout, &subject).map_err(|error| Refusal::broken(&error))
    });
    let diff = looked.await??.map(|(_, diff)| diff);
    board::announce(&course, &exercise);
    Ok(Json(json!({ "diff": diff })))
}

/// `GET …/source`
pub async fn source(State(course): State<Shared>, id: Id) -> Answer {
    let exercise = find(&course, id)?;
    text(&course, file(&course, &exercise)?).await
}

/// `GET …/tests`
pub async fn tests(State(course): State<Shared>, id: Id) -> Answer {
    let exercise = find(&course, id)?;
    let path = exercise.dir(&course.layout).join(&exercise.test);
    text(&course, inside(&course, &exercise, path)?).await
}

/// A file, as its path and its text.
async fn text(course: &Shared, path: PathBuf) -> Answer {
    let shown = course.layout.show(&path);
    let text = blocking(move || files::read_bytes(&path, MAX_SOURCE));
    let text = text.await?.and_then(|bytes| {
        String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    });
    text.map(|text| Json(json!({ "path": shown, "text": text })))
        .map_err(|error| {
            let status = match error.kind() {
                io::ErrorKind::FileTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                io::ErrorKind::NotFound => StatusCode::NOT_FOUND,
                _ => StatusCode::CONFLICT,
            };
            Refusal::new(status, format!("cannot read {shown}: {error}"))
        })
}
