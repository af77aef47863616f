//! Metrics report the current state.

use crate::support::{settle, watched};
use std::{future::poll_fn, sync::mpsc, task::Poll, thread, time::Duration};
use wakeful::{
    runtime::{Builder, RuntimeMetrics},
    task::yield_now,
    time::sleep,
};

/// Waits until another thread has made the condition true.
fn until(what: &'static str, condition: impl Fn() -> bool) {
    watched(what, || {
        while !condition() {
            thread::yield_now();
        }
    });
}

#[test]
fn a_current_thread_runtime_counts_its_tasks() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let metrics = runtime.handle().metrics();
    assert_eq!((metrics.num_workers(), metrics.num_alive_tasks()), (1, 0));
    watched("tasks that are aborted", || {
        runtime.block_on(async {
            let tasks = [(); 3].map(|()| wakeful::spawn_local(std::future::pending::<()>()));
            assert_eq!(metrics.num_alive_tasks(), 3);
            for task in tasks {
                task.abort();
                assert!(task.await.is_err());
            }
            assert_eq!(metrics.num_alive_tasks(), 0);
        });
    });
}

#[test]
fn another_thread_reads_the_current_number_of_tasks() {
    for builder in [
        Builder::new_current_thread(),
        Builder::new_thread_per_core(),
    ] {
        let runtime = builder.worker_threads(1).build().unwrap();
        let metrics = runtime.handle().metrics();
        let elsewhere = || {
            let count = || metrics.num_alive_tasks();
            thread::scope(|scope| scope.spawn(count).join().unwrap())
        };
        let task = runtime.spawn_local(std::future::pending::<()>());
        assert_eq!(elsewhere(), 1, "the task has not been polled");
        watched("a poll that reads the metrics", || {
            runtime.block_on(async {
                // All of this is one poll, so the runtime's loop does not run in between.
                let other = wakeful::spawn_local(async {});
                assert_eq!(elsewhere(), 2);
                other.await.unwrap();
                assert_eq!(elsewhere(), 1);
                task.abort();
                assert!(task.await.is_err());
                assert_eq!(elsewhere(), 0);
            });
        });
    }
}

#[test]
fn the_tasks_of_a_busy_core_are_counted() {
    let runtime = Builder::new_thread_per_core()
        .worker_threads(2)
        .build()
        .unwrap();
    let metrics = runtime.handle().metrics();
    let (sender, spawned) = mpsc::channel();
    let (release, held) = mpsc::channel::<()>();
    let busy = runtime.handle().spawn_on(1, move || async move {
        let children = [(); 3].map(|()| wakeful::spawn_local(async {}));
        sender.send(()).unwrap();
        held.recv().unwrap();
        drop(children);
    });
    watched("a blocked core", || spawned.recv().unwrap());
    assert_eq!(metrics.num_alive_tasks(), 4);
    release.send(()).unwrap();
    watched("the core to go on", || runtime.block_on(busy).unwrap());
    until("the children to end", || metrics.num_alive_tasks() == 0);
}

#[test]
fn a_multi_thread_runtime_counts_its_tasks_and_queues() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let metrics = runtime.handle().metrics();
    assert_eq!(metrics.num_workers(), 2);
    // Both workers are blocked, because this thread is not in `block_on`.
    let (release, held) = mpsc::channel::<()>();
    let (sender, blocked) = mpsc::channel();
    drop(runtime.spawn(async move {
        sender.send(()).unwrap();
        held.recv().unwrap();
    }));
    watched("the worker to block", || blocked.recv().unwrap());
    drop(runtime.spawn(async {}));
    drop(runtime.spawn(async {}));
    assert_eq!(metrics.num_alive_tasks(), 3);
    let queued = metrics.global_queue_depth()
        + metrics.worker_local_queue_depth(0).unwrap()
        + metrics.worker_local_queue_depth(1).unwrap();
    assert_eq!(queued, 2);
    release.send(()).unwrap();
    until("all tasks to end", || metrics.num_alive_tasks() == 0);
    assert_eq!(metrics.global_queue_depth(), 0);
}

#[test]
fn a_current_thread_runtime_reports_tasks_from_outside() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let metrics = runtime.handle().metrics();
    assert_eq!(metrics.global_queue_depth(), 0);
    let task = runtime.spawn(async {});
    assert_eq!(metrics.global_queue_depth(), 1);
    assert_eq!(metrics.worker_local_queue_depth(0), None);
    watched("the task from outside", || runtime.block_on(task).unwrap());
    assert_eq!(metrics.global_queue_depth(), 0);
}

#[test]
fn every_park_is_counted() {
    for builder in [
        Builder::new_current_thread(),
        Builder::new_multi_thread().worker_threads(1),
    ] {
        let runtime = builder.build().unwrap();
        let metrics = runtime.handle().metrics();
        assert_eq!(metrics.worker_park_count(0), 0);
        watched("two sleeps", || {
            runtime.block_on(async {
                settle().await;
                assert_eq!(
                    metrics.worker_park_count(0),
                    0,
                    "there was always a task to run"
                );
                sleep(Duration::from_millis(1)).await;
                sleep(Duration::from_millis(1)).await;
            });
        });
        assert!(metrics.worker_park_count(0) >= 2);
    }
}

#[test]
fn the_threads_and_the_queue_of_the_blocking_pool_are_counted() {
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    let metrics = runtime.handle().metrics();
    let of_blocking = |metrics: &RuntimeMetrics| {
        (
            metrics.num_blocking_threads(),
            metrics.num_idle_blocking_threads(),
            metrics.blocking_queue_depth(),
        )
    };
    assert_eq!(of_blocking(&metrics), (0, 0, 0));
    let (release, held) = mpsc::channel::<()>();
    let first = runtime
        .handle()
        .spawn_blocking(move || held.recv().unwrap());
    let second = runtime.handle().spawn_blocking(|| ());
    until("the first work to begin", || {
        metrics.blocking_queue_depth() == 1
    });
    assert_eq!(of_blocking(&metrics), (1, 0, 1));
    release.send(()).unwrap();
    watched("both", || {
        runtime.block_on(async {
            first.await.unwrap();
            second.await.unwrap();
        });
    });
    until("the thread to be idle", || {
        of_blocking(&metrics) == (1, 1, 0)
    });
}

#[test]
#[should_panic(expected = "there is no worker 1: this runtime has 1, numbered from 0")]
fn asking_for_a_worker_that_does_not_exist_panics_with_the_reason() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let _ = runtime.handle().metrics().worker_park_count(1);
}

#[test]
fn metrics_outlive_their_runtime() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let metrics = runtime.handle().metrics();
    drop(runtime.spawn_local(std::future::pending::<()>()));
    watched("a short sleep", || {
        runtime.block_on(async { sleep(Duration::from_millis(1)).await });
    });
    assert_eq!(metrics.num_alive_tasks(), 1);
    drop(runtime);
    assert_eq!(metrics.num_alive_tasks(), 0);
    assert_eq!(metrics.num_blocking_threads(), 0);
}

#[test]
fn a_task_that_was_woken_before_the_shutdown_is_counted_once() {
    for panics in [false, true] {
        let runtime = Builder::new_current_thread().build().unwrap();
        let metrics = runtime.handle().metrics();
        let (sender, wakers) = mpsc::channel();
        let end = PanicOnDrop(panics);
        drop(runtime.spawn_local(poll_fn(move |context| {
            let _ = &end;
            sender.send(context.waker().clone()).unwrap();
            Poll::<()>::Pending
        })));
        let waker = watched("the first poll", || {
            runtime.block_on(async { yield_now().await });
            wakers.recv().unwrap()
        });
        // The queue for other threads' wakes still holds the task when the runtime ends.
        thread::scope(|scope| scope.spawn(|| waker.wake()).join().unwrap());
        drop(runtime);
        assert_eq!(metrics.num_alive_tasks(), 0);
    }
}

struct PanicOnDrop(bool);

impl Drop for PanicOnDrop {
    fn drop(&mut self) {
        if self.0 {
            std::panic::panic_any("a panic in a destructor");
        }
    }
}
