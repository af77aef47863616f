//! Each kind of leaf that a task can wait for, without I/O.

use super::{SECOND, assert_waits_for, find, made_here, run, waits};
use crate::support::{Gate, settle};
use std::{
    future::pending,
    sync::{Arc, mpsc as std_mpsc},
    time::Duration,
};
use wakeful::{
    spawn_local,
    sync::{
        self, Barrier as AsyncBarrier, CancellationToken, Mutex, Notify, OnceCell, RwLock,
        Semaphore, broadcast, local::mpsc as near, mpsc, oneshot, watch,
    },
    task::{self, yield_now},
    taskdump::{TaskKind, TimerKind, WaitsFor, dump},
    time::{self, Instant, interval, sleep, sleep_until, timeout},
};

#[test]
fn a_dump_names_every_kind_of_timer() {
    run("timers", async {
        let task = assert_waits_for("a sleep that ends in 1.00 s", sleep(SECOND));
        task.await.abort();
        let until = Instant::now() + SECOND * 90;
        let task = assert_waits_for("a sleep that ends in 1 min 30 s", sleep_until(until));
        let id = task.await.id();
        let waits = find(&dump().unwrap(), id).trace.unwrap().waits;
        let timer = TimerKind::Sleep;
        assert_eq!(waits[0].on, WaitsFor::Time { timer, until });
        let ticks = async {
            let mut ticks = interval(SECOND);
            ticks.tick().await;
            ticks.tick().await;
        };
        assert_waits_for("an interval's tick in 1.00 s", ticks)
            .await
            .abort();
        // The timeout is shown with what it limits, but a foreign future is not shown.
        let limited = timeout(SECOND, pending::<()>());
        assert_waits_for("a timeout in 1.00 s", limited)
            .await
            .abort();
    });
}

#[test]
fn a_dump_names_locks_and_notifications() {
    run("locks", async {
        let (mutex, line) = (Arc::new(Mutex::new(0)), made_here!("Mutex"));
        let held = mutex.lock().await;
        let other = Arc::clone(&mutex);
        let lock = async move { *other.lock().await };
        assert_waits_for(&line, lock).await.abort();
        drop(held);

        let (lock, line) = (Arc::new(RwLock::new(0)), made_here!("RwLock"));
        let held = lock.write().await;
        let other = Arc::clone(&lock);
        let read = async move { *other.read().await };
        assert_waits_for(&line, read).await.abort();
        let other = Arc::clone(&lock);
        let write = async move { *other.write().await };
        assert_waits_for(&line, write).await.abort();
        drop(held);

        let (semaphore, line) = (Arc::new(Semaphore::new(1)), made_here!("Semaphore"));
        assert_waits_for(&line, semaphore.acquire_many_owned(2))
            .await
            .abort();

        let (notify, line) = (Notify::new(), made_here!("Notify"));
        let notified = async move { notify.notified().await };
        assert_waits_for(&line, notified).await.abort();

        let (notify, line) = (sync::local::Notify::new(), made_here!("local Notify"));
        let notified = async move { notify.notified().await };
        assert_waits_for(&line, notified).await.abort();

        let (barrier, line) = (AsyncBarrier::new(2), made_here!("Barrier"));
        let wait = async move { barrier.wait().await };
        assert_waits_for(&line, wait).await.abort();

        let (cell, line) = (Arc::new(OnceCell::new()), made_here!("OnceCell"));
        let other = Arc::clone(&cell);
        let first = spawn_local(async move { *other.get_or_init(pending::<u8>).await });
        settle().await;
        let second = async move { *cell.get_or_init(async || 1).await };
        assert_waits_for(&line, second).await.abort();
        first.abort();

        let (token, line) = (CancellationToken::new(), made_here!("CancellationToken"));
        let cancelled = token.clone().cancelled_owned();
        assert_waits_for(&line, cancelled).await.abort();
        let (child, line) = (token.child_token(), made_here!("CancellationToken"));
        assert_waits_for(&line, child.cancelled_owned())
            .await
            .abort();
    });
}

static LOCK: Mutex<u8> = Mutex::new(0);
const LOCK_IS_MADE_AT: u32 = line!() - 1;

#[test]
fn a_dump_names_the_line_of_a_static_lock() {
    run("a lock", async {
        let held = LOCK.lock().await;
        let line = format!("Mutex (made at {}:{LOCK_IS_MADE_AT})", file!());
        let task = assert_waits_for(&line, async { *LOCK.lock().await }).await;
        drop(held);
        task.await.unwrap();
    });
}

#[test]
fn a_dump_names_every_kind_of_channel() {
    run("channels", async {
        let ((sender, mut receiver), line) = (mpsc::channel::<u8>(1), made_here!("mpsc receive"));
        let receive = async move { receiver.recv().await };
        assert_waits_for(&line, receive).await.abort();
        drop(sender);

        let ((sender, receiver), line) = (mpsc::channel::<u8>(1), made_here!("mpsc send"));
        sender.try_send(1).unwrap();
        let again = sender.clone();
        let send = async move { again.send(2).await };
        assert_waits_for(&line, send).await.abort();
        let line = line.replace("send", "closed");
        let closed = async move { sender.closed().await };
        assert_waits_for(&line, closed).await.abort();
        drop(receiver);

        let ((sender, mut receiver), line) =
            (mpsc::unbounded_channel::<u8>(), made_here!("mpsc receive"));
        let receive = async move { receiver.recv_many(&mut Vec::new(), 2).await };
        assert_waits_for(&line, receive).await.abort();
        drop(sender);

        let ((mut sender, receiver), line) =
            (oneshot::channel::<u8>(), made_here!("oneshot receive"));
        let receive = assert_waits_for(&line, receiver).await;
        let line = line.replace("receive", "closed");
        let closed = async move { sender.closed().await };
        assert_waits_for(&line, closed).await.abort();
        receive.abort();

        let ((sender, mut receiver), line) =
            (broadcast::channel::<u8>(1), made_here!("broadcast receive"));
        let receive = async move { receiver.recv().await };
        assert_waits_for(&line, receive).await.abort();
        drop(sender);

        let ((sender, mut receiver), line) = (watch::channel(0), made_here!("watch change"));
        let changed = async move { receiver.changed().await };
        let changed = assert_waits_for(&line, changed).await;
        let line = line.replace("change", "closed");
        let closed = async move { sender.closed().await };
        assert_waits_for(&line, closed).await.abort();
        changed.abort();

        let ((sender, mut receiver), line) =
            (near::channel::<u8>(1), made_here!("local mpsc receive"));
        let receive = async move { receiver.recv().await };
        assert_waits_for(&line, receive).await.abort();
        drop(sender);
        let ((sender, receiver), line) = (near::channel::<u8>(1), made_here!("local mpsc send"));
        sender.try_send(1).unwrap();
        let send = async move { sender.send(2).await };
        assert_waits_for(&line, send).await.abort();
        drop(receiver);
    });
}

#[test]
fn a_dump_names_tasks_sets_of_tasks_and_blocking_work() {
    run("tasks", async {
        let (other, line) = (spawn_local(pending::<()>()), line!());
        let text = format!("JoinHandle of task {} ({}:{line})", other.id(), file!());
        assert_waits_for(&text, other).await.abort();

        // For a set, the dump says how many tasks are left.
        let mut set = task::JoinSet::new();
        let (first, second) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        for gate in [&first, &second] {
            let gate = Arc::clone(gate);
            set.spawn_local(async move { gate.notified().await });
        }
        set.spawn_local(pending());
        let ends = async move { while set.join_next().await.is_some() {} };
        let ends = assert_waits_for("any of the 3 tasks of a JoinSet", ends).await;
        let id = ends.id();
        for (gate, text) in [
            (first, "any of the 2 tasks of a JoinSet"),
            (second, "the last of the tasks of a JoinSet"),
        ] {
            time::advance(SECOND).await;
            assert_eq!(waits(id)[0].1, SECOND);
            gate.notify_one();
            settle().await;
            // The task now waits for the end of another one.
            assert_eq!(waits(id), [(text.to_owned(), Duration::ZERO)]);
        }
        ends.abort();

        let (release, held) = std_mpsc::channel::<()>();
        let work = task::Builder::new().name("digging");
        let (work, line) = (work.spawn_blocking(move || held.recv()), line!());
        let id = work.id();
        let text = format!("blocking work {id} ({}:{line})", file!());
        let task = spawn_local(work);
        while waits(task.id()).is_empty() {
            yield_now().await;
        }
        assert_eq!(waits(task.id())[0].0, text);
        let work = find(&dump().unwrap(), id);
        let trace = work.trace.unwrap();
        assert_eq!(trace.kind, TaskKind::Blocking);
        assert_eq!(trace.name.as_deref(), Some("digging"));
        release.send(()).unwrap();
        task.await.unwrap().unwrap().unwrap();
        assert!(dump().unwrap().tasks.iter().all(|task| task.id != id));
    });
}

#[test]
fn a_dump_does_not_describe_a_foreign_future() {
    run("a gate", async {
        let gate = Gate::default();
        let task = spawn_local(gate.clone());
        settle().await;
        assert!(waits(task.id()).is_empty());
        let table = dump().unwrap().to_string();
        assert!(table.contains("something outside this runtime"), "{table}");
        gate.open();
        gate.waker().wake();
        task.await.unwrap();
    });
}
