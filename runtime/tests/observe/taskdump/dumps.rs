//! Whole dumps: which tasks they contain, and figures about these tasks.

use super::{SECOND, find, paused, run, waits};
use crate::support::{settle, watched};
use std::{
    future::pending,
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, Ordering::SeqCst},
        mpsc as std_mpsc,
    },
    thread,
    time::Duration,
};
use wakeful::{
    Runtime, inspect,
    inspect::TaskState,
    join,
    runtime::{Builder, Handle},
    spawn_local,
    sync::{mpsc, oneshot},
    task::{self, yield_now},
    taskdump::{Dump, DumpError, TaskKind, dump, stuck},
    time::{self, sleep},
};

#[test]
fn the_future_of_block_on_is_in_the_dump_while_it_runs() {
    let runtime = paused();
    let handle = runtime.handle().clone();
    assert!(handle.dump().unwrap().tasks.is_empty());
    watched("two `block_on` tasks, one after the other", || {
        for _ in 0..2 {
            runtime.block_on(async {
                sleep(SECOND).await;
                let dump = handle.dump().unwrap();
                let [block_on_task] = &dump.tasks[..] else {
                    panic!("expected only the `block_on` task:\n{dump}")
                };
                assert_eq!(block_on_task.state, TaskState::Running);
                assert_eq!(
                    block_on_task.trace.as_ref().unwrap().kind,
                    TaskKind::BlockOn
                );
                assert!(
                    block_on_task.polls >= 2,
                    "once before the sleep and once after it"
                );
            });
            assert!(handle.dump().unwrap().tasks.is_empty());
        }
    });
}

#[test]
fn a_blocked_thread_is_seen_from_another_thread() {
    for builder in [
        Builder::new_current_thread(),
        Builder::new_multi_thread().worker_threads(2),
    ] {
        let runtime = builder.enable_taskdump().build().unwrap();
        let handle = runtime.handle().clone();
        let (entered, inside) = std_mpsc::channel();
        let (release, held) = std_mpsc::channel::<()>();
        let watchdog = thread::spawn(move || {
            let id = inside.recv().unwrap();
            // Wait until the task has run for too long.
            let info = loop {
                let stuck = handle.dump().unwrap().stuck(Duration::from_millis(2));
                let blocker = stuck.tasks.into_iter().find(|task| task.id == id);
                if let Some(info) = blocker {
                    break info;
                }
                thread::yield_now();
            };
            release.send(()).unwrap();
            info
        });
        watched("a task that blocks its thread", || {
            runtime.block_on(async {
                let task = wakeful::spawn(async move { held.recv().unwrap() });
                entered.send(task.id()).unwrap();
                task.await.unwrap();
            });
        });
        let info = watchdog.join().unwrap();
        assert_eq!(info.state, TaskState::Running);
        assert!(info.trace.unwrap().since > Duration::from_millis(2));
    }
}

#[test]
fn stuck_tasks_are_those_that_have_waited_longer() {
    run("two sleeps", async {
        let old = spawn_local(sleep(SECOND * 60));
        settle().await;
        time::advance(SECOND * 2).await;
        let young = spawn_local(sleep(SECOND * 60));
        settle().await;
        let ids = |dump: Dump| {
            let tasks = dump.tasks.into_iter();
            let spawned = tasks.filter(|task| task.state == TaskState::Idle);
            spawned.map(|task| task.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(stuck(SECOND).unwrap()), [old.id()]);
        assert_eq!(
            ids(stuck(SECOND * 2).unwrap()),
            [],
            "a wait of exactly this time is not longer"
        );
        assert_eq!(ids(dump().unwrap()), [old.id(), young.id()]);
    });
}

#[test]
fn a_dump_of_a_runtime_without_dumps_says_what_to_do() {
    assert_eq!(dump().unwrap_err(), DumpError::NoRuntime);
    let runtime = Runtime::new().unwrap();
    watched("a runtime without task dumps", || {
        runtime.block_on(async {
            let task = spawn_local(pending::<()>());
            assert_eq!(dump().unwrap_err(), DumpError::NotEnabled);
            assert_eq!(stuck(SECOND).unwrap_err(), DumpError::NotEnabled);
            assert!(inspect().unwrap().tasks[0].trace.is_none());
            task.abort();
        });
    });
    let metrics = runtime.handle().metrics();
    assert_eq!(metrics.spawned_tasks_count(), None);
    let text = DumpError::NotEnabled.to_string();
    assert!(text.contains("Builder::enable_taskdump"), "{text}");
}

#[test]
fn a_name_belongs_to_one_task() {
    run("named tasks", async {
        let named = task::Builder::new().name("reader");
        let reader = named.spawn_local(pending::<()>());
        let other = spawn_local(pending::<()>());
        let unnamed = task::Builder::new().spawn(pending::<()>());
        let dump = dump().unwrap();
        let name = |id| find(&dump, id).trace.unwrap().name;
        assert_eq!(name(reader.id()).as_deref(), Some("reader"));
        assert_eq!(name(other.id()), None);
        assert_eq!(name(unnamed.id()), None);
        let table = dump.to_string();
        assert!(
            table.contains(&format!("{} reader", reader.id())),
            "{table}"
        );
    });
}

#[test]
fn a_join_set_gives_each_built_task_its_name() {
    run("named tasks of a set", async {
        let mut set = task::JoinSet::new();
        let local = set.build_task().name("local").spawn_local(pending());
        let sent = set.build_task().name("sent").spawn(pending());
        let handle = Handle::current();
        let remote = set.build_task().name("remote").spawn_on(pending(), &handle);
        let unnamed = set.spawn(pending::<()>());
        yield_now().await;
        let dump = dump().unwrap();
        let name = |task: &task::AbortHandle| find(&dump, task.id()).trace.unwrap().name;
        assert_eq!(name(&local).as_deref(), Some("local"));
        assert_eq!(name(&sent).as_deref(), Some("sent"));
        assert_eq!(name(&remote).as_deref(), Some("remote"));
        assert_eq!(name(&unnamed), None);
    });
}

#[test]
fn a_name_set_in_a_runtime_without_dumps_does_not_stay_on_the_thread() {
    let without_dumps = Runtime::new().unwrap();
    without_dumps.enter(|| drop(task::Builder::new().name("lost").spawn_local(async {})));
    let with_dumps = paused();
    let task = with_dumps.spawn_local(pending::<()>());
    let dump = with_dumps.handle().dump().unwrap();
    assert_eq!(find(&dump, task.id()).trace.unwrap().name, None);
}

#[test]
fn a_task_that_has_ended_is_not_in_the_dump() {
    for builder in [
        Builder::new_current_thread(),
        Builder::new_multi_thread().worker_threads(2),
    ] {
        let runtime = builder.enable_taskdump().build().unwrap();
        let handle = runtime.handle().clone();
        watched("tasks that end in every way", || {
            runtime.block_on(async {
                wakeful::spawn(async {}).await.unwrap();
                let panics = wakeful::spawn(async { std::panic::panic_any(()) });
                assert!(panics.await.is_err());
                let aborted = wakeful::spawn(pending::<()>());
                aborted.abort();
                assert!(aborted.await.is_err());
                wakeful::spawn_blocking(|| ()).await.unwrap();
                drop(wakeful::spawn(pending::<()>()));
                drop(wakeful::spawn(sleep(SECOND)));
            });
            assert_eq!(handle.dump().unwrap().tasks.len(), 2);
            drop(runtime);
        });
        assert!(handle.dump().unwrap().tasks.is_empty());
    }
}

#[test]
fn a_dump_shows_only_the_tasks_of_its_own_runtime() {
    let one = paused();
    let other = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_taskdump()
        .build()
        .unwrap();
    watched("a task that waits for a task of the other runtime", || {
        one.block_on(async {
            let (release, held) = oneshot::channel::<()>();
            let far = other.spawn(held);
            let far_id = far.id();
            let near = spawn_local(far);
            let near_id = near.id();
            settle().await;
            let text = &waits(near_id)[0].0;
            assert!(
                text.starts_with(&format!("JoinHandle of task {far_id} ")),
                "{text}"
            );
            let there = other.handle().dump().unwrap();
            assert_eq!(find(&there, far_id).id, far_id);
            assert!(there.tasks.iter().all(|task| task.id != near_id));
            assert!(dump().unwrap().tasks.iter().all(|task| task.id != far_id));
            release.send(()).unwrap();
            near.await.unwrap().unwrap().unwrap();
        });
        drop(other);
    });
}

#[test]
fn dumps_may_be_taken_at_any_moment() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_taskdump()
        .build()
        .unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let start = Arc::new(Barrier::new(2));
    let (handle, stop, ready) = (
        runtime.handle().clone(),
        Arc::clone(&done),
        Arc::clone(&start),
    );
    let dumper = thread::spawn(move || {
        ready.wait();
        let mut dumps = 0;
        while !stop.load(SeqCst) || dumps == 0 {
            for task in handle.dump().unwrap().tasks {
                let trace = task.trace.unwrap();
                assert!(trace.waits.len() <= 2, "{trace:?}");
            }
            dumps += 1;
        }
    });
    let rounds = if cfg!(miri) { 3 } else { 300 };
    watched("tasks that wake each other during dumps", || {
        start.wait();
        runtime.block_on(async {
            let (sender, mut receiver) = mpsc::channel::<usize>(1);
            let senders = [(); 3].map(|()| {
                let sender = sender.clone();
                wakeful::spawn(async move {
                    for number in 0..rounds {
                        sender.send(number).await.unwrap();
                        yield_now().await;
                    }
                })
            });
            drop(sender);
            let mut received = 0;
            while receiver.recv().await.is_some() {
                received += 1;
            }
            assert_eq!(received, 3 * rounds);
            for sender in senders {
                sender.await.unwrap();
            }
        });
        done.store(true, SeqCst);
        dumper.join().unwrap();
    });
}

#[test]
fn a_runtime_with_dumps_counts_spawns_polls_and_busy_time() {
    let runtime = paused();
    let metrics = runtime.handle().metrics();
    assert_eq!(metrics.spawned_tasks_count(), Some(0));
    watched("a task that is polled three times", || {
        runtime.block_on(async {
            spawn_local(async {
                yield_now().await;
                yield_now().await;
            })
            .await
            .unwrap();
        });
    });
    assert_eq!(metrics.spawned_tasks_count(), Some(1));
    // Three polls of the task, and the first and last poll of the `block_on` task.
    assert_eq!(metrics.worker_poll_count(0), Some(5));
    let busy = metrics.worker_total_busy_duration(0);
    assert_eq!(busy, Some(Duration::ZERO), "the clock is paused");
}

#[test]
fn the_time_in_polls_is_measured() {
    let builder = Builder::new_current_thread().enable_taskdump();
    let runtime = builder.build().unwrap();
    let metrics = runtime.handle().metrics();
    let pause = Duration::from_millis(2);
    watched("a poll that takes some time", || {
        runtime.block_on(async {
            let task = spawn_local(async move {
                let start = std::time::Instant::now();
                while start.elapsed() < pause {
                    std::hint::spin_loop();
                }
                pending::<()>().await;
            });
            settle().await;
            let info = find(&dump().unwrap(), task.id());
            assert!(info.trace.unwrap().busy >= pause);
            task.abort();
        });
    });
    assert!(metrics.worker_total_busy_duration(0).unwrap() >= pause);
}

#[test]
fn a_snapshot_contains_the_traces() {
    run("a sleep", async {
        let task = spawn_local(sleep(SECOND));
        settle().await;
        let snapshot = inspect().unwrap();
        let info = snapshot.tasks.iter().find(|info| info.id == task.id());
        let trace = info.unwrap().trace.as_ref().unwrap();
        assert_eq!(trace.waits[0].on.to_string(), "a sleep that ends in 1.00 s");
        task.abort();
    });
}

#[test]
fn the_table_of_a_dump_is_aligned() {
    run("a table", async {
        let (_sender, mut receiver) = mpsc::channel::<u8>(1);
        let channel = line!() - 1;
        let named = task::Builder::new().name("reader");
        let reader = named.spawn_local(async move {
            join!(receiver.recv(), sleep(SECOND * 7200));
        });
        let spawned = line!() - 3;
        settle().await;
        time::advance(Duration::from_millis(1500)).await;
        let mut table = dump().unwrap().to_string();
        table = table.replace(file!(), "here.rs");
        let mut lines = table.lines();
        let heads = lines.next().unwrap();
        assert_eq!(
            heads.split_whitespace().collect::<Vec<_>>().join(" "),
            "task spawned at state for polls waits for"
        );
        let name = format!("{} reader", reader.id());
        let first = lines.find(|line| line.starts_with(&name)).unwrap();
        let second = lines.next().unwrap();
        let wanted = format!(
            "here.rs:{spawned} idle 1.50 s 1 mpsc receive (made at here.rs:{channel}), for 1.50 s"
        );
        let words = first.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words, format!("{name} {wanted}"));
        // A second wait is below the first.
        let column = heads.find("waits for").unwrap();
        assert_eq!(second[..column].trim(), "");
        assert_eq!(
            &second[column..],
            "a sleep that ends in 1 h 59 min, for 1.50 s"
        );
        reader.abort();
    });
}
