//! Maps each address to its handler.

use axum::{
    Router,
    extract::{DefaultBodyLimit, OriginalUri, Request, State},
    http::StatusCode,
    middleware,
    response::Response,
    routing::{any, get, post},
};
use serde_json::json;

use super::{
    course::Shared,
    error::Refusal,
    events::{self, frame},
    exercises, guard, inspector, news, play,
};

/// The routes, with the guard in front of them.
pub fn router(course: Shared) -> Router {
    let there = middleware::from_fn_with_state(course.clone(), guard::only_where_the_course_is);
    let exercise = Router::new()
        .route("/reset", post(exercises::reset))
        .route("/fill", post(exercises::fill))
        .route("/open", post(exercises::open))
        .route("/place", get(exercises::place))
        .route("/hint", get(exercises::hint))
        .route("/diff", get(exercises::diff))
        .route("/look", post(exercises::look))
        .route_layer(there.clone())
        .route("/run", post(exercises::run))
        .route("/source", get(exercises::source))
        .route("/tests", get(exercises::tests));
    let api = Router::new()
        .route("/exercises", get(exercises::list))
        .nest("/exercises/{chapter}/{name}", exercise)
        .route("/run", post(play::run).layer(there.clone()))
        .route("/meters", post(play::meters).layer(there))
        .route("/news/read", post(news::read))
        .route("/events", get(subscribe))
        .route("/inspector", get(inspector::watch))
        .fallback(nothing);
    Router::new()
        .nest("/api", api)
        .route("/api/", any(nothing))
        .fallback(page)
        .layer(DefaultBodyLimit::max(guard::MAX_BODY))
        .layer(middleware::from_fn_with_state(course.clone(), guard::guard))
        .with_state(course)
}

async fn page(State(course): State<Shared>, request: Request) -> Response {
    course
        .pages
        .respond(request.method(), request.uri().path(), request.headers())
}

async fn nothing(OriginalUri(uri): OriginalUri) -> Refusal {
    Refusal::new(
        StatusCode::NOT_FOUND,
        format!("there is nothing at {}", uri.path()),
    )
}

/// `GET /api/events`
async fn subscribe(State(course): State<Shared>) -> Result<Response, Refusal> {
    let mut first = vec![frame("hello", &json!({ "solved": course.board.solved() }))];
    first.extend(
        course
            .book_problem()
            .map(|message| frame("problem", &json!({ "message": message }))),
    );
    let full = || {
        Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too many pages are open. Close some of them",
        )
    };
    course
        .hub
        .subscribe(first)
        .map(events::response)
        .ok_or_else(full)
}
