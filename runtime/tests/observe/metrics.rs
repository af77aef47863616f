//! Metrics say what is.

use crate::support::{settle, watched};
use std::{sync::mpsc, thread, time::Duration};
use wakeful::{
    runtime::{Builder, RuntimeMetrics},
    time::sleep,
};

/// Waits for what another thread brings about soon.
fn until(what: &'static str, is_so: impl Fn() -> bool) {
    watched(what, || {
        while !is_so() {
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
fn another_thread_counts_the_tasks_as_they_are_now() {
    for builder in [
        Builder::new_current_thread(),
        Builder::new_thread_per_core(),
    ] {
        let runtime = builder.worker_threads(1).build().unwrap();
        let metrics = runtime.handle().metrics();
        let elsewhere = || {
            let ask = || metrics.num_alive_tasks();
            thread::scope(|scope| scope.spawn(ask).join().unwrap())
        };
        let task = runtime.spawn_local(std::future::pending::<()>());
        assert_eq!(elsewhere(), 1, "it has not been polled");
        watched("a poll that asks", || {
            runtime.block_on(async {
                // In one poll: the thread looks at nothing meanwhile.
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
fn a_core_counts_the_tasks_of_another_that_is_busy() {
    let runtime = Builder::new_thread_per_core()
        .worker_threads(2)
        .build()
        .unwrap();
    let metrics = runtime.handle().metrics();
    let (say, spawned) = mpsc::channel();
    let (release, held) = mpsc::channel::<()>();
    let busy = runtime.handle().spawn_on(1, move || async move {
        let children = [(); 3].map(|()| wakeful::spawn_local(async {}));
        say.send(()).unwrap();
        held.recv().unwrap();
        drop(children);
    });
    watched("a core that is held up", || spawned.recv().unwrap());
    assert_eq!(metrics.num_alive_tasks(), 4);
    release.send(()).unwrap();
    watched("it to go on", || runtime.block_on(busy).unwrap());
    until("its children to end", || metrics.num_alive_tasks() == 0);
}

#[test]
fn a_pool_counts_tasks_and_queues_from_everywhere() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let metrics = runtime.handle().metrics();
    assert_eq!(metrics.num_workers(), 2);
    // Both workers are held up: the one here is not in `block_on`.
    let (release, held) = mpsc::channel::<()>();
    let (say, blocked) = mpsc::channel();
    drop(runtime.spawn(async move {
        say.send(()).unwrap();
        held.recv().unwrap();
    }));
    watched("the worker to be held up", || blocked.recv().unwrap());
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
fn a_current_thread_runtime_says_whether_something_came_from_outside() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let metrics = runtime.handle().metrics();
    assert_eq!(metrics.global_queue_depth(), 0);
    let task = runtime.spawn(async {});
    assert_eq!(metrics.global_queue_depth(), 1);
    assert_eq!(metrics.worker_local_queue_depth(0), None);
    watched("that to run", || runtime.block_on(task).unwrap());
    assert_eq!(metrics.global_queue_depth(), 0);
}

#[test]
fn a_thread_that_sleeps_is_counted() {
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
                    "there was always something"
                );
                sleep(Duration::from_millis(1)).await;
                sleep(Duration::from_millis(1)).await;
            });
        });
        assert!(metrics.worker_park_count(0) >= 2);
    }
}

#[test]
fn the_blocking_pool_is_counted() {
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
    until("the first to begin", || metrics.blocking_queue_depth() == 1);
    assert_eq!(of_blocking(&metrics), (1, 0, 1));
    release.send(()).unwrap();
    watched("both", || {
        runtime.block_on(async {
            first.await.unwrap();
            second.await.unwrap();
        });
    });
    until("the thread to rest", || of_blocking(&metrics) == (1, 1, 0));
}

#[test]
#[should_panic(expected = "there is no worker 1: this runtime has 1, numbered from 0")]
fn a_worker_that_is_not_there_is_said_so() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let _ = runtime.handle().metrics().worker_park_count(1);
}

#[test]
fn metrics_outlive_their_runtime() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let metrics = runtime.handle().metrics();
    drop(runtime.spawn_local(std::future::pending::<()>()));
    watched("a turn", || {
        runtime.block_on(async { sleep(Duration::from_millis(1)).await });
    });
    assert_eq!(metrics.num_alive_tasks(), 1);
    drop(runtime);
    assert_eq!(metrics.num_alive_tasks(), 0);
    assert_eq!(metrics.num_blocking_threads(), 0);
}
