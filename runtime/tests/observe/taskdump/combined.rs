//! Tasks that wait for several things at once.

use super::{SECOND, assert_waits_for, find, made_here, run, waits};
use crate::support::settle;
use futures_util::FutureExt;
use std::{
    future::{Future, pending, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};
use wakeful::{
    group::FuturesUnordered,
    inspect::TaskState,
    join,
    scope::{LocalTryScope, Scope},
    select, spawn_local,
    sync::{Mutex, Notify, Semaphore, mpsc, oneshot},
    task::yield_now,
    taskdump::dump,
    time::{self, interval, sleep, timeout},
};

#[test]
fn a_task_waits_for_what_the_children_of_its_scope_wait_for() {
    run("a scope that fails", async {
        let (later, line) = (Notify::new(), made_here!("Notify"));
        let failing = async move {
            let scope = LocalTryScope::new();
            let whole = scope.run(async {
                // This sleep is recorded and dropped in one poll.
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
        // The first sleep fires before this one.
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
fn a_dump_names_every_branch_of_a_select_and_a_join() {
    run("a select and a join", async {
        let (sender, mut receiver) = mpsc::channel::<u8>(1);
        let (reply, replied) = oneshot::channel::<()>();
        let task = spawn_local(async move {
            select! {
                _ = receiver.recv() => {}
                _ = timeout(SECOND * 2, replied) => {}
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
        drop((sender, reply));
    });
}

#[test]
fn a_wait_keeps_its_start_when_other_branches_wake_the_task() {
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
        // A timer fires at the next tick of the wheel, and not exactly on time.
        let tick = Duration::from_millis(1);
        time::advance(tick).await;
        for _ in 0..5 {
            time::advance(SECOND).await;
            settle().await;
        }
        assert_eq!(since("mpsc receive"), SECOND * 5 + tick);
        assert_eq!(since("an interval"), Duration::ZERO);
        // A message has arrived, so the task now waits for the next one.
        sender.send(1).await.unwrap();
        settle().await;
        time::advance(SECOND / 4).await;
        assert_eq!(since("mpsc receive"), SECOND / 4);
        assert_eq!(since("an interval"), SECOND / 4);
        task.abort();
    });
}

#[test]
fn a_second_wait_for_the_same_lock_starts_anew() {
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
        // The task gets the lock, and at once queues after this future.
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
fn a_dropped_branch_of_a_select_is_not_waited_for() {
    run("a select that has ended", async {
        let (sender, mut receiver) = mpsc::channel::<u8>(1);
        let line = line!() - 1;
        // Often enough for every order in which a select may poll.
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
        // The same where the select is inside a join.
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
fn a_dump_names_every_member_of_a_group() {
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
        // One more line says how many members there are.
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
        // Only the receiver was polled again, and now waits for another message.
        assert_eq!(since("mpsc receive", &seen), Duration::ZERO);
        assert_eq!(since("a sleep that ends in 1 min 57 s", &seen), SECOND * 3);
        // A member that is ready is no longer waited for.
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
fn a_spent_budget_does_not_hide_a_wait() {
    run("a task that spends its budget", async {
        let (stop, stopped) = oneshot::channel::<()>();
        let task = spawn_local(async move {
            let mut stopped = pin!(stopped);
            // This loop is ready until the budget is spent.
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
        assert_eq!(info.state, TaskState::Scheduled, "the loop never waits");
        let waits = waits(task.id());
        let (on, since) = waits.first().expect("the task also waits for the oneshot");
        assert!(on.starts_with("oneshot receive"), "{on}");
        assert_eq!(*since, SECOND);
        stop.send(()).unwrap();
        task.await.unwrap();
    });
}
