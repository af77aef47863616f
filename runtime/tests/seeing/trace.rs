//! A dump says the truth, whatever a task waits for.

use crate::support::{Gate, settle, settle_reactor, watched};
use futures_util::FutureExt;
use std::{
    fmt::Debug,
    future::{Future, pending, poll_fn},
    pin::pin,
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, Ordering::SeqCst},
        mpsc as std_mpsc,
    },
    task::Poll,
    thread,
    time::Duration,
};
use wakeful::{
    Runtime,
    group::FuturesUnordered,
    inspect,
    inspect::{TaskInfo, TaskState},
    join,
    runtime::Builder,
    scope::{LocalTryScope, Scope},
    select, spawn_local,
    sync::{
        self, Barrier as AsyncBarrier, CancellationToken, Mutex, Notify, OnceCell, RwLock,
        Semaphore, broadcast, local::mpsc as near, mpsc, oneshot, watch,
    },
    task::{self, Id, JoinHandle, yield_now},
    time::{self, Instant, interval, sleep, sleep_until, timeout},
    trace::{Dump, TaskKind, TimerKind, Untraced, WaitsFor, dump, stuck},
};

const SECOND: Duration = Duration::from_secs(1);

/// A traced runtime whose clock moves when the test says so.
fn still() -> Runtime {
    let builder = Builder::new_current_thread();
    builder.start_paused(true).enable_trace().build().unwrap()
}

fn run<F: Future>(awaited: &'static str, future: F) -> F::Output {
    let runtime = still();
    watched(awaited, || runtime.block_on(future))
}

fn find(dump: &Dump, id: Id) -> TaskInfo {
    let mut tasks = dump.tasks.iter();
    let found = tasks.find(|task| task.id == id).cloned();
    found.unwrap_or_else(|| panic!("no task {id} in\n{dump}"))
}

/// What a task waits for, in words, and since when.
fn waits(id: Id) -> Vec<(String, Duration)> {
    let waits = find(&dump().unwrap(), id).trace.unwrap().waits;
    let waits = waits.iter();
    waits
        .map(|wait| (wait.on.to_string(), wait.since))
        .collect()
}

/// Spawns what waits, and asserts that the dump says for what: a text that may
/// end in `@` and a line, for a place in this file.
async fn assert_waits_for<T: Debug + 'static>(
    what: &str,
    future: impl Future<Output = T> + 'static,
) -> JoinHandle<T> {
    let task = spawn_local(future);
    settle_reactor().await;
    let (text, line) = what.split_once('@').unwrap_or((what, ""));
    let place = match line {
        "" => String::new(),
        line => format!(" (made at {}:{line})", file!()),
    };
    let expected = format!("{text}{place}");
    let actual: Vec<_> = waits(task.id()).into_iter().map(|(on, _)| on).collect();
    assert_eq!(actual, [expected], "{}", dump().unwrap());
    let info = find(&dump().unwrap(), task.id());
    assert_eq!(info.state, TaskState::Idle);
    task
}

/// `what`, made on this line.
macro_rules! made {
    ($what:literal) => {
        format!("{}@{}", $what, line!())
    };
}

#[test]
fn timers() {
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
        // Beside what it limits, which here is nothing of the runtime's.
        let limited = timeout(SECOND, pending::<()>());
        assert_waits_for("a timeout in 1.00 s", limited)
            .await
            .abort();
    });
}

#[test]
fn locks_and_signals_between_tasks() {
    run("locks", async {
        let (mutex, line) = (Arc::new(Mutex::new(0)), made!("Mutex"));
        let held = mutex.lock().await;
        let other = Arc::clone(&mutex);
        let lock = async move { *other.lock().await };
        assert_waits_for(&line, lock).await.abort();
        drop(held);

        let (lock, line) = (Arc::new(RwLock::new(0)), made!("RwLock"));
        let held = lock.write().await;
        let other = Arc::clone(&lock);
        let read = async move { *other.read().await };
        assert_waits_for(&line, read).await.abort();
        let other = Arc::clone(&lock);
        let write = async move { *other.write().await };
        assert_waits_for(&line, write).await.abort();
        drop(held);

        let (semaphore, line) = (Arc::new(Semaphore::new(1)), made!("Semaphore"));
        assert_waits_for(&line, semaphore.acquire_many_owned(2))
            .await
            .abort();

        let (notify, line) = (Notify::new(), made!("Notify"));
        let notified = async move { notify.notified().await };
        assert_waits_for(&line, notified).await.abort();

        let (notify, line) = (sync::local::Notify::new(), made!("local Notify"));
        let notified = async move { notify.notified().await };
        assert_waits_for(&line, notified).await.abort();

        let (barrier, line) = (AsyncBarrier::new(2), made!("Barrier"));
        let wait = async move { barrier.wait().await };
        assert_waits_for(&line, wait).await.abort();

        let (cell, line) = (Arc::new(OnceCell::new()), made!("OnceCell"));
        let other = Arc::clone(&cell);
        let first = spawn_local(async move { *other.get_or_init(pending::<u8>).await });
        settle().await;
        let second = async move { *cell.get_or_init(async || 1).await };
        assert_waits_for(&line, second).await.abort();
        first.abort();

        let (token, line) = (CancellationToken::new(), made!("CancellationToken"));
        let cancelled = token.clone().cancelled_owned();
        assert_waits_for(&line, cancelled).await.abort();
        let (child, line) = (token.child_token(), made!("CancellationToken"));
        assert_waits_for(&line, child.cancelled_owned())
            .await
            .abort();
    });
}

static LOCK: Mutex<u8> = Mutex::new(0);
const LOCK_IS_MADE_AT: u32 = line!() - 1;

#[test]
fn a_lock_that_is_a_static() {
    run("a lock", async {
        let held = LOCK.lock().await;
        let line = format!("Mutex@{LOCK_IS_MADE_AT}");
        let task = assert_waits_for(&line, async { *LOCK.lock().await }).await;
        drop(held);
        task.await.unwrap();
    });
}

#[test]
fn channels() {
    run("channels", async {
        let ((sender, mut receiver), line) = (mpsc::channel::<u8>(1), made!("mpsc receive"));
        let receive = async move { receiver.recv().await };
        assert_waits_for(&line, receive).await.abort();
        drop(sender);

        let ((sender, receiver), line) = (mpsc::channel::<u8>(1), made!("mpsc send"));
        sender.try_send(1).unwrap();
        let again = sender.clone();
        let send = async move { again.send(2).await };
        assert_waits_for(&line, send).await.abort();
        let line = line.replace("send", "closed");
        let closed = async move { sender.closed().await };
        assert_waits_for(&line, closed).await.abort();
        drop(receiver);

        let ((sender, mut receiver), line) =
            (mpsc::unbounded_channel::<u8>(), made!("mpsc receive"));
        let receive = async move { receiver.recv_many(&mut Vec::new(), 2).await };
        assert_waits_for(&line, receive).await.abort();
        drop(sender);

        let ((mut sender, receiver), line) = (oneshot::channel::<u8>(), made!("oneshot receive"));
        let receive = assert_waits_for(&line, receiver).await;
        let line = line.replace("receive", "closed");
        let closed = async move { sender.closed().await };
        assert_waits_for(&line, closed).await.abort();
        receive.abort();

        let ((sender, mut receiver), line) =
            (broadcast::channel::<u8>(1), made!("broadcast receive"));
        let receive = async move { receiver.recv().await };
        assert_waits_for(&line, receive).await.abort();
        drop(sender);

        let ((sender, mut receiver), line) = (watch::channel(0), made!("watch change"));
        let changed = async move { receiver.changed().await };
        let changed = assert_waits_for(&line, changed).await;
        let line = line.replace("change", "closed");
        let closed = async move { sender.closed().await };
        assert_waits_for(&line, closed).await.abort();
        changed.abort();

        let ((sender, mut receiver), line) = (near::channel::<u8>(1), made!("local mpsc receive"));
        let receive = async move { receiver.recv().await };
        assert_waits_for(&line, receive).await.abort();
        drop(sender);
        let ((sender, receiver), line) = (near::channel::<u8>(1), made!("local mpsc send"));
        sender.try_send(1).unwrap();
        let send = async move { sender.send(2).await };
        assert_waits_for(&line, send).await.abort();
        drop(receiver);
    });
}

#[test]
fn what_the_children_of_a_scope_wait_for_is_the_tasks_until_it_is_over() {
    run("a scope that fails", async {
        let (later, line) = (Notify::new(), made!("Notify"));
        let failing = async move {
            let scope = LocalTryScope::new();
            let whole = scope.run(async {
                // Noted and dropped in one poll.
                scope.spawn::<_, ()>(async {
                    sleep(SECOND).await;
                    Ok(())
                });
                scope.spawn::<_, ()>(async { Err("failed") });
                pending::<Result<(), _>>().await
            });
            assert_eq!(whole.await, Err("failed"));
            later.notified().await;
        };
        assert_waits_for(&line, failing).await.abort();

        let task = spawn_local(async {
            let (one, scope) = (Notify::new(), Scope::new());
            let whole = scope.run(async {
                scope.spawn(one.notified());
                sleep(SECOND).await;
                one.notify_one();
            });
            whole.await;
        });
        settle().await;
        let on: Vec<_> = waits(task.id()).into_iter().map(|(on, _)| on).collect();
        assert_eq!(on[0], "any of the 2 futures of a scope");
        assert!(on[1..].contains(&"a sleep that ends in 1.00 s".to_owned()));
        assert!(on[1..].iter().any(|on| on.starts_with("Notify (made at ")));
        task.await.unwrap();

        let mut naps: FuturesUnordered<_> = [SECOND, SECOND * 2].map(sleep).into_iter().collect();
        let task = spawn_local(async move { while naps.next().await.is_some() {} });
        settle().await;
        let on: Vec<_> = waits(task.id()).into_iter().map(|(on, _)| on).collect();
        assert!(
            on.contains(&"any of the 2 futures of a FuturesUnordered".to_owned()),
            "{on:?}"
        );
        // The first wakes before this does.
        sleep(SECOND * 3 / 2).await;
        let on: Vec<_> = waits(task.id()).into_iter().map(|(on, _)| on).collect();
        assert_eq!(
            on,
            [
                "the last of the futures of a FuturesUnordered",
                "a sleep that ends in 499 ms"
            ]
        );
        task.await.unwrap();
    });
}

#[test]
fn tasks_and_blocking_work() {
    run("tasks", async {
        let (other, line) = (spawn_local(pending::<()>()), line!());
        let text = format!("JoinHandle of task {} ({}:{line})", other.id(), file!());
        assert_waits_for(&text, other).await.abort();

        // Of a set, however many of its tasks were looked at last.
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
            // It waits anew, for another end.
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

#[cfg(not(miri))]
mod io {
    use super::*;
    use futures_util::{AsyncReadExt, AsyncWriteExt};
    use wakeful::net::{TcpListener, TcpStream, UdpSocket};

    #[test]
    fn sockets() {
        run("sockets", async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let text = format!("readable: tcp listener {address}");
            let accept = async move { listener.accept().await.unwrap().0 };
            let accepting = assert_waits_for(&text, accept).await;
            let mut client = TcpStream::connect(address).await.unwrap();
            let mut server = accepting.await.unwrap();

            let (here, there) = (server.local_addr().unwrap(), server.peer_addr().unwrap());
            let text = format!("readable: tcp stream {here} → {there}");
            let read = async move {
                server.read_exact(&mut [0]).await.unwrap();
                server
            };
            let reading = assert_waits_for(&text, read).await;
            client.write_all(b"x").await.unwrap();
            let mut server = reading.await.unwrap();

            let text = format!("writable: tcp stream {here} → {there}");
            let write = async move {
                let block = vec![0; 1 << 16];
                loop {
                    server.write_all(&block).await.unwrap();
                }
            };
            let task = spawn_local(write);
            while waits(task.id()).is_empty() {
                settle_reactor().await;
            }
            assert_eq!(waits(task.id())[0].0, text);
            task.abort();

            let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let here = socket.local_addr().unwrap();
            let text = format!("readable: udp socket {here}");
            let receive = async move { socket.recv(&mut [0; 8]).await };
            assert_waits_for(&text, receive).await.abort();
        });
    }

    #[cfg(unix)]
    #[test]
    fn unix_sockets_pipes_and_descriptors() {
        use std::os::fd::AsRawFd;
        use wakeful::{
            io::AsyncFd,
            net::{UnixListener, UnixStream},
        };

        run("unix sockets", async {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("socket");
            let listener = UnixListener::bind(&path).unwrap();
            let text = format!("readable: unix listener {}", path.display());
            let accept = async move { listener.accept().await.map(drop) };
            assert_waits_for(&text, accept).await.abort();

            let (mut one, other) = UnixStream::pair().unwrap();
            let read = async move { one.read(&mut [0; 8]).await };
            assert_waits_for("readable: unix stream", read)
                .await
                .abort();
            drop(other);

            let (reader, writer) = std::io::pipe().unwrap();
            let text = format!("readable: descriptor {}", reader.as_raw_fd());
            let watched = AsyncFd::new(reader).unwrap();
            let readable = async move { watched.readable().await.map(drop) };
            assert_waits_for(&text, readable).await.abort();
            drop(writer);
        });
    }

    #[cfg(unix)]
    #[test]
    fn children_and_signals() {
        use wakeful::{
            process::{Command, Stdio},
            signal::signal,
        };

        run("a child", async {
            let mut command = Command::new("cat");
            command.stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let mut stdout = child.stdout.take().unwrap();
            let read = async move { stdout.read(&mut [0; 8]).await };
            let reading = assert_waits_for("readable: pipe", read).await;

            // Its input stays open, so it has no reason to end.
            let stdin = child.stdin.take();
            let text = format!("child process {}", child.id().unwrap());
            let waiting = assert_waits_for(&text, async move { child.wait().await }).await;
            drop(stdin);
            assert!(waiting.await.unwrap().unwrap().success());
            reading.abort();

            let mut signals = signal(libc::SIGUSR1).unwrap();
            let text = format!("signal {}", libc::SIGUSR1);
            assert_waits_for(&text, async move { signals.recv().await })
                .await
                .abort();
        });
    }
}

#[test]
fn what_is_waited_for_together_is_shown_together() {
    run("a select and a join", async {
        let (sender, mut receiver) = mpsc::channel::<u8>(1);
        let (word, heard) = oneshot::channel::<()>();
        let task = spawn_local(async move {
            select! {
                _ = receiver.recv() => {}
                _ = timeout(SECOND * 2, heard) => {}
                ((), ()) = async { join!(sleep(SECOND * 3), pending()) } => {}
            }
        });
        settle().await;
        let mut kinds: Vec<_> = waits(task.id())
            .into_iter()
            .map(|(on, _)| on.split(" (").next().unwrap().to_owned())
            .collect();
        kinds.sort();
        assert_eq!(
            kinds,
            [
                "a sleep that ends in 3.00 s",
                "a timeout in 2.00 s",
                "mpsc receive",
                "oneshot receive"
            ]
        );
        drop((sender, word));
    });
}

#[test]
fn a_wait_that_goes_on_through_other_wakes_keeps_its_time() {
    run("a select with an interval", async {
        let (sender, mut receiver) = mpsc::channel::<u8>(1);
        let task = spawn_local(async move {
            let mut ticks = interval(SECOND);
            loop {
                select! {
                    _ = receiver.recv() => {}
                    _ = ticks.tick() => {}
                }
            }
        });
        let since = |what: &str| {
            let waits = waits(task.id());
            let found = waits.iter().find(|(on, _)| on.starts_with(what));
            found.unwrap_or_else(|| panic!("{what} in {waits:?}")).1
        };
        settle().await;
        // A timer fires at the wheel's next tick, not on the dot.
        let tick = Duration::from_millis(1);
        time::advance(tick).await;
        for _ in 0..5 {
            time::advance(SECOND).await;
            settle().await;
        }
        assert_eq!(since("mpsc receive"), SECOND * 5 + tick);
        assert_eq!(since("an interval"), Duration::ZERO);
        // A message came: what it waits for now is the next.
        sender.send(1).await.unwrap();
        settle().await;
        time::advance(SECOND / 4).await;
        assert_eq!(since("mpsc receive"), SECOND / 4);
        assert_eq!(since("an interval"), SECOND / 4);
        task.abort();
    });
}

#[test]
fn what_was_had_in_between_is_waited_for_anew() {
    run("a lock, again", async {
        let mutex = Arc::new(Mutex::new(()));
        let held = mutex.lock().await;
        let other = Arc::clone(&mutex);
        let task = spawn_local(async move {
            drop(other.lock().await);
            drop(other.lock().await);
        });
        settle().await;
        time::advance(SECOND).await;
        assert_eq!(waits(task.id())[0].1, SECOND);
        // The task is handed the lock, and stands behind this one at once.
        let mut next = pin!(mutex.lock());
        let first = poll_fn(|context| Poll::Ready(next.as_mut().poll(context))).await;
        assert!(first.is_pending());
        drop(held);
        settle().await;
        let held = next.await;
        time::advance(SECOND / 4).await;
        assert_eq!(waits(task.id())[0].1, SECOND / 4);
        drop(held);
        task.await.unwrap();
    });
}

#[test]
fn what_a_select_has_dropped_is_not_waited_for() {
    run("a select that is over", async {
        let (sender, mut receiver) = mpsc::channel::<u8>(1);
        let line = line!() - 1;
        // All orders in which a select may poll.
        for _ in 0..8 {
            let (go, mut gone) = mpsc::channel::<u8>(1);
            let (sink, mut sunk) = mpsc::channel::<u8>(1);
            let task = spawn_local(async move {
                select! {
                    _ = gone.recv() => {}
                    () = sleep(SECOND) => {}
                    _ = timeout(SECOND, sunk.recv()) => {}
                }
                pending::<()>().await;
            });
            settle().await;
            assert_eq!(waits(task.id()).len(), 4);
            go.send(1).await.unwrap();
            settle().await;
            assert_eq!(waits(task.id()), []);
            task.abort();
            drop(sink);
        }
        // And where the select stands in a larger one.
        let task = spawn_local(async move {
            let inner = async {
                select! {
                    () = sleep(SECOND) => {}
                    () = yield_now() => {}
                }
                receiver.recv().await;
            };
            join!(inner, sleep(SECOND * 2));
        });
        settle().await;
        let mut on: Vec<_> = waits(task.id()).into_iter().map(|(on, _)| on).collect();
        on.sort();
        let receive = format!("mpsc receive (made at {}:{line})", file!());
        assert_eq!(on, ["a sleep that ends in 2.00 s".to_owned(), receive]);
        drop(sender);
    });
}

#[test]
fn all_members_of_a_group_are_seen_not_only_those_that_were_woken() {
    run("a group", async {
        let (sender, mut receiver) = mpsc::channel::<u8>(1);
        let task = spawn_local(async move {
            let mut group = FuturesUnordered::new();
            for seconds in [60, 120, 180] {
                group.push(sleep(SECOND * seconds).boxed_local());
            }
            let chatter = async move { while receiver.recv().await.is_some() {} };
            group.push(chatter.boxed_local());
            while group.next().await.is_some() {}
        });
        settle().await;
        // And one line that says how many they are.
        assert_eq!(waits(task.id()).len(), 5);
        for _ in 0..3 {
            time::advance(SECOND).await;
            sender.send(1).await.unwrap();
            settle().await;
        }
        let since = |what: &str, waits: &[(String, Duration)]| {
            let mut each = waits.iter().filter(|(on, _)| on.starts_with(what));
            let found = each.next().map(|(_, since)| *since);
            found.unwrap_or_else(|| panic!("{what} in {waits:?}"))
        };
        let seen = waits(task.id());
        assert_eq!(seen.len(), 5, "{seen:?}");
        // Only the receiver was polled again, and waits for another message.
        assert_eq!(since("mpsc receive", &seen), Duration::ZERO);
        assert_eq!(since("a sleep that ends in 1 min 57 s", &seen), SECOND * 3);
        // What is over is not waited for.
        time::advance(SECOND * 60).await;
        settle().await;
        assert_eq!(waits(task.id()).len(), 4);
        drop(sender);
        settle().await;
        assert_eq!(waits(task.id()).len(), 3);
        task.abort();
    });
}

#[test]
fn a_spent_budget_forgets_nothing() {
    run("a task that spends its budget", async {
        let (stop, stopped) = oneshot::channel::<()>();
        let task = spawn_local(async move {
            let mut stopped = pin!(stopped);
            // Always ready, until the budget is spent.
            let semaphore = Semaphore::new(1);
            let busy = async {
                loop {
                    drop(semaphore.acquire().await);
                }
            };
            select! {
                biased;
                _ = &mut stopped => {}
                () = busy => {}
            }
        });
        settle().await;
        time::advance(SECOND).await;
        settle().await;
        let info = find(&dump().unwrap(), task.id());
        assert_eq!(info.state, TaskState::Scheduled, "it never rests");
        let waits = waits(task.id());
        let (on, since) = waits.first().expect("it waits for the word besides");
        assert!(on.starts_with("oneshot receive"), "{on}");
        assert_eq!(*since, SECOND);
        stop.send(()).unwrap();
        task.await.unwrap();
    });
}

#[test]
fn a_strangers_future_is_not_ours_to_describe() {
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

#[test]
fn the_future_of_block_on_is_in_the_dump_while_it_is_run() {
    let runtime = still();
    let handle = runtime.handle().clone();
    assert!(handle.dump().unwrap().tasks.is_empty());
    watched("two roots, one after the other", || {
        for _ in 0..2 {
            runtime.block_on(async {
                sleep(SECOND).await;
                let dump = handle.dump().unwrap();
                let [root] = &dump.tasks[..] else {
                    panic!("the root alone:\n{dump}")
                };
                assert_eq!(root.state, TaskState::Running);
                assert_eq!(root.trace.as_ref().unwrap().kind, TaskKind::BlockOn);
                assert!(root.polls >= 2, "before the sleep, and after it");
            });
            assert!(handle.dump().unwrap().tasks.is_empty());
        }
    });
}

#[test]
fn a_thread_that_is_held_up_is_seen_from_another() {
    for builder in [
        Builder::new_current_thread(),
        Builder::new_multi_thread().worker_threads(2),
    ] {
        let runtime = builder.enable_trace().build().unwrap();
        let handle = runtime.handle().clone();
        let (entered, inside) = std_mpsc::channel();
        let (release, held) = std_mpsc::channel::<()>();
        let watchdog = thread::spawn(move || {
            let id = inside.recv().unwrap();
            // Time passes, and the task does not give way.
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
        watched("a task that holds its thread up", || {
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
fn stuck_is_what_has_waited_longer() {
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
        assert_eq!(ids(stuck(SECOND * 2).unwrap()), [], "longer, not as long");
        assert_eq!(ids(dump().unwrap()), [old.id(), young.id()]);
    });
}

#[test]
fn who_is_not_traced_is_told_what_to_do() {
    assert_eq!(dump().unwrap_err(), Untraced::NoRuntime);
    let runtime = Runtime::new().unwrap();
    watched("an untraced runtime", || {
        runtime.block_on(async {
            let task = spawn_local(pending::<()>());
            assert_eq!(dump().unwrap_err(), Untraced::NotEnabled);
            assert_eq!(stuck(SECOND).unwrap_err(), Untraced::NotEnabled);
            assert!(inspect().unwrap().tasks[0].trace.is_none());
            task.abort();
        });
    });
    let metrics = runtime.handle().metrics();
    assert_eq!(metrics.spawned_tasks_count(), None);
    let text = Untraced::NotEnabled.to_string();
    assert!(text.contains("Builder::enable_trace"), "{text}");
}

#[test]
fn a_name_is_the_tasks_and_nobody_elses() {
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
fn a_name_given_in_an_untraced_runtime_does_not_stick_to_the_thread() {
    let untraced = Runtime::new().unwrap();
    untraced.enter(|| drop(task::Builder::new().name("lost").spawn_local(async {})));
    let traced = still();
    let task = traced.spawn_local(pending::<()>());
    let dump = traced.handle().dump().unwrap();
    assert_eq!(find(&dump, task.id()).trace.unwrap().name, None);
}

#[test]
fn what_has_ended_is_gone_from_the_dump_however_it_ended() {
    for builder in [
        Builder::new_current_thread(),
        Builder::new_multi_thread().worker_threads(2),
    ] {
        let runtime = builder.enable_trace().build().unwrap();
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
fn runtimes_side_by_side_see_each_their_own() {
    let one = still();
    let other = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_trace()
        .build()
        .unwrap();
    watched("a task that waits for the other runtime's", || {
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
        .enable_trace()
        .build()
        .unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let start = Arc::new(Barrier::new(2));
    let (handle, stop, ready) = (
        runtime.handle().clone(),
        Arc::clone(&done),
        Arc::clone(&start),
    );
    let looker = thread::spawn(move || {
        ready.wait();
        let mut looks = 0;
        while !stop.load(SeqCst) || looks == 0 {
            for task in handle.dump().unwrap().tasks {
                let trace = task.trace.unwrap();
                assert!(trace.waits.len() <= 2, "{trace:?}");
            }
            looks += 1;
        }
    });
    let rounds = if cfg!(miri) { 3 } else { 300 };
    watched("tasks that wake each other under a look", || {
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
        looker.join().unwrap();
    });
}

#[test]
fn figures_that_cost_something_are_kept_by_a_traced_runtime() {
    let runtime = still();
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
    // The task's three, and the root's first and last.
    assert_eq!(metrics.worker_poll_count(0), Some(5));
    let busy = metrics.worker_total_busy_duration(0);
    assert_eq!(busy, Some(Duration::ZERO), "the clock stands still");
}

#[test]
fn the_time_in_polls_is_counted() {
    let builder = Builder::new_current_thread().enable_trace();
    let runtime = builder.build().unwrap();
    let metrics = runtime.handle().metrics();
    let pause = Duration::from_millis(2);
    watched("a poll that takes its time", || {
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
fn the_inspector_sees_it_too() {
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
fn the_table_can_be_read() {
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
        // A second wait stands below the first.
        let column = heads.find("waits for").unwrap();
        assert_eq!(second[..column].trim(), "");
        assert_eq!(
            &second[column..],
            "a sleep that ends in 1 h 59 min, for 1.50 s"
        );
        reader.abort();
    });
}
