//! A dump describes correctly what each task waits for.

mod combined;
mod dumps;
#[cfg(not(miri))]
mod io;
mod leaves;

use crate::support::{settle_reactor, watched};
use std::{fmt::Debug, future::Future, time::Duration};
use wakeful::{
    Runtime,
    inspect::{TaskInfo, TaskState},
    runtime::Builder,
    spawn_local,
    task::{Id, JoinHandle},
    taskdump::{Dump, dump},
};

const SECOND: Duration = Duration::from_secs(1);

/// A runtime with task dumps with a paused clock.
fn paused() -> Runtime {
    let builder = Builder::new_current_thread();
    builder
        .start_paused(true)
        .enable_taskdump()
        .build()
        .unwrap()
}

fn run<F: Future>(awaited: &'static str, future: F) -> F::Output {
    let runtime = paused();
    watched(awaited, || runtime.block_on(future))
}

fn find(dump: &Dump, id: Id) -> TaskInfo {
    let mut tasks = dump.tasks.iter();
    let found = tasks.find(|task| task.id == id).cloned();
    found.unwrap_or_else(|| panic!("no task {id} in\n{dump}"))
}

/// The descriptions of what a task waits for, and for how long it has waited.
fn waits(id: Id) -> Vec<(String, Duration)> {
    let waits = find(&dump().unwrap(), id).trace.unwrap().waits;
    let waits = waits.iter();
    waits
        .map(|wait| (wait.on.to_string(), wait.since))
        .collect()
}

/// Spawns `future`, and asserts that the dump describes what it waits for in this way.
async fn assert_waits_for<T: Debug + 'static>(
    what: &str,
    future: impl Future<Output = T> + 'static,
) -> JoinHandle<T> {
    let task = spawn_local(future);
    settle_reactor().await;
    let actual: Vec<_> = waits(task.id()).into_iter().map(|(on, _)| on).collect();
    assert_eq!(actual, [what], "{}", dump().unwrap());
    let info = find(&dump().unwrap(), task.id());
    assert_eq!(info.state, TaskState::Idle);
    task
}

/// The description of an object that is made on this line.
macro_rules! made_here {
    ($what:literal) => {
        format!("{} (made at {}:{})", $what, file!(), line!())
    };
}
use made_here;
