//! Shows the server's own tasks, timers and sockets, as `wakeful` knows them.
//!
//! We take a snapshot only while a page asks for it. The stream sleeps between two snapshots, and
//! without a page there is neither a stream nor a timer.

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

/// Four times a second is fast enough to see work and slow enough to read.
const EVERY: Duration = Duration::from_millis(250);
/// How many pages can watch at once.
const MAX_WATCHERS: usize = 8;

/// When the server started, and how many pages watch it.
#[derive(Clone)]
pub struct Inspector {
    started: Instant,
    watchers: Arc<AtomicUsize>,
}

impl Inspector {
    /// Starts counting now.
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
            watchers: Arc::default(),
        }
    }
}

/// Counts one page. Dropping it frees the place.
struct Watcher(Arc<AtomicUsize>);

impl Watcher {
    fn enter(watchers: &Arc<AtomicUsize>) -> Option<Self> {
        // Relaxed: this is only a count, and no other memory depends on it.
        let before = watchers.fetch_add(1, Ordering::Relaxed);
        let watcher = Self(watchers.clone());
        (before < MAX_WATCHERS).then_some(watcher)
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // Relaxed: see `new`.
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// `GET /api/inspector`
pub async fn watch(State(course): State<Shared>) -> Result<Response, Refusal> {
    let full = || {
        Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "eight pages show the inspector already. Close one of them",
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
    // The dump also lists futures that are not tasks: the one that the server's thread blocks on,
    // and work on the blocking pool.
    let tasks = wakeful::taskdump::dump().map_or(now.tasks, |dump| dump.tasks);
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

/// The events that an idle task waits for, and for how long.
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

/// A source location without the directories of the machine that compiled it.
fn place(location: &std::panic::Location<'_>) -> String {
    let file = location.file().replace('\\', "/");
    let from = ["course/src/", "runtime/src/"]
        .iter()
        .find_map(|part| file.find(part));
    format!("{}:{}", &file[from.unwrap_or(0)..], location.line())
}
