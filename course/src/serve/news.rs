//! The news of updates of `work/`, for readers who look only at the pages. They stay until the reader has read
//! them.

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{course::Shared, error::Refusal};
use crate::{terminal, work};

/// Shows news in the terminal and on every page.
pub fn tell(course: &Shared, text: &str) {
    terminal::tell(text);
    announce(course);
}

/// Sends the news to every page.
pub fn announce(course: &Shared) {
    let news = work::news(&course.layout);
    course.hub.send("news", &json!({ "news": news }));
}

/// `POST /api/news/read`: the reader has read this many pieces and puts them away.
pub async fn read(
    State(course): State<Shared>,
    Json(read): Json<usize>,
) -> Result<Json<Value>, Refusal> {
    let layout = course.layout.clone();
    let put_away = wakeful::spawn_blocking(move || work::put_away(&layout, read)).await;
    if let Ok(Err(error)) = put_away {
        return Err(Refusal::broken(&error));
    }
    announce(&course);
    Ok(Json(json!({ "news": work::news(&course.layout) })))
}
