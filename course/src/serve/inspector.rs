//! The server's own insides: what `wakeful` knows of its tasks, timers and sockets.
//!
//! A snapshot is taken only while a page asks for it: the stream sleeps between two of them, and
//! nobody sleeps when nobody watches.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{extract::State, http::StatusCode, response::Response};
use futures_util::stream;
use serde_json::{Value, json};
use wakeful::inspect::{TaskInfo, TaskState};

use super::{
    course::Shared,
    error::Refusal,
    events::{frame, response},
};

/// Four times a second: fast enough to see work, slow enough to read.
const EVERY: Duration = Duration::from_millis(250);
/// How many pages may watch at once.
const MAX_WATCHERS: usize = 8;

/// When the server started, and who watches it.
#[derive(Clone)]
pub struct Inspector {
    started: Instant,
    watchers: Arc<AtomicUsize>,
}

impl Inspector {
    /// From now on.
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
            watchers: Arc::default(),
        }
    }
}

/// Leaves when it is dropped.
struct Watcher(Arc<AtomicUsize>);

impl Watcher {
    fn enter(watchers: &Arc<AtomicUsize>) -> Option<Self> {
        // Relaxed: a number, which orders nothing else.
        let before = watchers.fetch_add(1, Ordering::Relaxed);
        let watcher = Self(watchers.clone());
        (before < MAX_WATCHERS).then_some(watcher)
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // Relaxed: as above.
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// `GET /api/inspector`
pub async fn watch(State(course): State<Shared>) -> Result<Response, Refusal> {
    let full = || {
        Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "eight pages watch already: close one",
        )
    };
    let watcher = Watcher::enter(&course.inspector.watchers).ok_or_else(full)?;
    let started = course.inspector.started;
    let ending = course.ending.clone();
    Ok(response(stream::unfold(
        (watcher, true),
        move |(watcher, first)| {
            let ending = ending.clone();
            async move {
                if !first {
                    wakeful::time::sleep(EVERY).await;
                }
                if ending.is_closed() {
                    return None;
                }
                Some((Ok(frame("snapshot", &snapshot(started))), (watcher, false)))
            }
        },
    )))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn snapshot(started: Instant) -> Value {
    let uptime_ms = millis(started.elapsed());
    let Some(now) = wakeful::inspect() else {
        return json!({ "uptime_ms": uptime_ms });
    };
    // With what is traced comes what is no task in the strict sense: the future that the
    // server's thread blocks on, and work on the blocking pool.
    let tasks = wakeful::trace::dump().map_or(now.tasks, |dump| dump.tasks);
    let tasks: Vec<_> = tasks
        .iter()
        .map(|task| {
            json!({
                "id": task.id.to_string(),
                "location": place(task.location),
                "state": format!("{:?}", task.state).to_lowercase(),
                "polls": task.polls,
                "age_ms": millis(task.age),
                "waits": waits(task),
            })
        })
        .collect();
    let clock = wakeful::time::Instant::now();
    let timers: Vec<_> = now
        .timers
        .iter()
        .enumerate()
        .map(|(id, timer)| json!({ "id": id, "due_in_ms": millis(timer.deadline.duration_since(clock)) }))
        .collect();
    let sockets: Vec<_> = now
        .sources
        .iter()
        .map(|source| json!({ "token": source.token, "kind": source.kind, "interest": source.interest, "readiness": source.readiness }))
        .collect();
    let blocking = json!({ "threads": now.blocking.threads, "idle": now.blocking.idle, "queued": now.blocking.queued });
    json!({ "tasks": tasks, "timers": timers, "sockets": sockets, "blocking": blocking, "uptime_ms": uptime_ms })
}

/// What a task that rests waits for, and for how long it has.
fn waits(task: &TaskInfo) -> Vec<Value> {
    let Some(trace) = task
        .trace
        .as_ref()
        .filter(|_| task.state == TaskState::Idle)
    else {
        return Vec::new();
    };
    if trace.waits.is_empty() {
        let since = millis(trace.since);
        return vec![json!({ "on": "another crate's future", "since_ms": since })];
    }
    let waits = trace.waits.iter();
    waits
        .map(|wait| json!({ "on": wait.on.to_string(), "since_ms": millis(wait.since) }))
        .collect()
}

/// A place in the source without the directories of whoever compiled it.
fn place(location: &std::panic::Location<'_>) -> String {
    let file = location.file().replace('\\', "/");
    let from = ["course/src/", "runtime/src/"]
        .iter()
        .find_map(|part| file.find(part));
    format!("{}:{}", &file[from.unwrap_or(0)..], location.line())
}
