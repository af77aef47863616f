//! Hooks are called at the right moments, exactly as often as they should be, and a
//! hook that panics does not harm the tasks.

use crate::support::{Gate, watched};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread::{self, ThreadId},
    time::Duration,
};
use wakeful::{
    runtime::{Builder, Handle},
    task::{Id, yield_now},
    time::sleep,
};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<(&'static str, Id)>>>);

impl Log {
    /// Adds hooks for tasks that write to this log.
    fn builder(&self, builder: Builder) -> Builder {
        let [spawn, before, after, end] = [(); 4].map(|()| self.clone());
        builder
            .on_task_spawn(move |task| spawn.write("spawn", task.id()))
            .on_before_task_poll(move |task| before.write("before", task.id()))
            .on_after_task_poll(move |task| after.write("after", task.id()))
            .on_task_terminate(move |task| end.write("end", task.id()))
    }

    fn write(&self, what: &'static str, id: Id) {
        self.0.lock().unwrap().push((what, id));
    }

    fn of(&self, id: Id) -> Vec<&'static str> {
        let log = self.0.lock().unwrap();
        let own = log.iter().filter(|(_, whose)| *whose == id);
        own.map(|(what, _)| *what).collect()
    }

    fn count(&self, what: &str) -> usize {
        let log = self.0.lock().unwrap();
        log.iter().filter(|(which, _)| *which == what).count()
    }
}

fn both() -> [Builder; 2] {
    [
        Builder::new_current_thread(),
        Builder::new_multi_thread().worker_threads(2),
    ]
}

#[test]
fn the_hooks_of_a_task_are_called_in_order() {
    for builder in both() {
        let log = Log::default();
        // With two workers, the second could begin the second poll before the first has
        // reported the end of the poll before.
        let builder = log.builder(builder).worker_threads(1);
        let runtime = builder.build().unwrap();
        let id = watched("a task that yields once", || {
            runtime.block_on(async {
                let task = wakeful::spawn(yield_now());
                let id = task.id();
                task.await.unwrap();
                id
            })
        });
        drop(runtime);
        let life = ["spawn", "before", "after", "before", "end", "after"];
        assert_eq!(log.of(id), life);
    }
}

#[cfg(feature = "taskdump")]
#[test]
fn a_hook_knows_where_the_task_was_spawned() {
    let location = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&location);
    let runtime = Builder::new_current_thread()
        .on_task_spawn(move |task| *seen.lock().unwrap() = Some(task.spawned_at()))
        .build()
        .unwrap();
    let line = line!() + 1;
    drop(runtime.spawn_local(async {}));
    let location = location.lock().unwrap().unwrap();
    assert_eq!((location.file(), location.line()), (file!(), line));
}

#[test]
fn every_spawned_task_terminates_once_however_it_ends() {
    for builder in both() {
        let log = Log::default();
        let runtime = log.builder(builder).build().unwrap();
        let handle = runtime.handle().clone();
        watched("tasks that end in every way", || {
            runtime.block_on(async {
                wakeful::spawn(async {}).await.unwrap();
                let panics = wakeful::spawn(async { std::panic::panic_any(()) });
                assert!(panics.await.is_err());
                let aborted = wakeful::spawn(std::future::pending::<()>());
                aborted.abort();
                assert!(aborted.await.is_err());
                drop(wakeful::spawn(std::future::pending::<()>()));
            });
        });
        // The first of these is never polled, and the shutdown drops it. The second is
        // spawned too late.
        drop(handle.spawn(async {}));
        drop(runtime);
        drop(handle.spawn(async {}));
        assert_eq!(log.count("spawn"), 6);
        assert_eq!(log.count("end"), 6);
        assert_eq!(log.count("before"), log.count("after"));
    }
}

#[test]
fn the_hooks_for_tasks_ignore_the_block_on_task_and_blocking_work() {
    for builder in both() {
        let log = Log::default();
        let runtime = log.builder(builder).build().unwrap();
        watched("blocking work", || {
            runtime.block_on(async { wakeful::spawn_blocking(|| ()).await.unwrap() });
        });
        drop(runtime);
        assert!(log.0.lock().unwrap().is_empty());
    }
}

/// The threads on which the hooks were called.
#[derive(Clone, Default)]
struct Threads {
    started: Arc<Mutex<Vec<ThreadId>>>,
    stopped: Arc<Mutex<Vec<ThreadId>>>,
}

impl Threads {
    fn builder(&self, builder: Builder) -> Builder {
        let (started, stopped) = (Arc::clone(&self.started), Arc::clone(&self.stopped));
        let here = || thread::current().id();
        builder
            .on_thread_start(move || started.lock().unwrap().push(here()))
            .on_thread_stop(move || stopped.lock().unwrap().push(here()))
    }
}

#[test]
fn every_started_thread_has_stopped_when_the_drop_returns() {
    for (workers, builder) in both().into_iter().enumerate() {
        let threads = Threads::default();
        let runtime = threads.builder(builder).build().unwrap();
        watched("blocking work", || {
            runtime.block_on(async {
                let work = [(); 3].map(|()| wakeful::spawn_blocking(|| ()));
                for work in work {
                    work.await.unwrap();
                }
            });
            drop(runtime);
        });
        let mut started = threads.started.lock().unwrap().clone();
        let mut stopped = threads.stopped.lock().unwrap().clone();
        // The workers other than this thread, and at least one blocking thread.
        assert!(started.len() > workers);
        assert!(!started.contains(&thread::current().id()));
        started.sort_by_key(|id| format!("{id:?}"));
        stopped.sort_by_key(|id| format!("{id:?}"));
        assert_eq!(started, stopped);
    }
}

#[test]
fn a_blocking_thread_that_times_out_calls_the_stop_hook() {
    let threads = Threads::default();
    let runtime = threads
        .builder(Builder::new_current_thread())
        .thread_keep_alive(Duration::ZERO)
        .build()
        .unwrap();
    watched("a thread that ends", || {
        runtime.block_on(async {
            wakeful::spawn_blocking(|| ()).await.unwrap();
            while threads.stopped.lock().unwrap().is_empty() {
                yield_now().await;
            }
        });
    });
    assert_eq!(
        *threads.started.lock().unwrap(),
        *threads.stopped.lock().unwrap()
    );
}

#[test]
fn every_park_hook_is_followed_by_an_unpark_hook() {
    for builder in both() {
        let [parks, unparks] = [(); 2].map(|()| Arc::new(AtomicUsize::new(0)));
        let (parked, unparked) = (Arc::clone(&parks), Arc::clone(&unparks));
        let runtime = builder
            .on_thread_park(move || _ = parked.fetch_add(1, SeqCst))
            .on_thread_unpark(move || _ = unparked.fetch_add(1, SeqCst))
            .build()
            .unwrap();
        watched("a sleep", || {
            runtime.block_on(async { sleep(Duration::from_millis(1)).await });
            drop(runtime);
        });
        assert!(parks.load(SeqCst) >= 1);
        assert_eq!(parks.load(SeqCst), unparks.load(SeqCst));
    }
}

#[test]
fn a_hook_that_panics_harms_no_task() {
    for builder in both() {
        let panic = || std::panic::panic_any("a panic in a hook");
        let runtime = builder
            .on_thread_start(panic)
            .on_thread_stop(panic)
            .on_thread_park(panic)
            .on_thread_unpark(panic)
            .on_task_spawn(move |_| panic())
            .on_before_task_poll(move |_| panic())
            .on_after_task_poll(move |_| panic())
            .on_task_terminate(move |_| panic())
            .build()
            .unwrap();
        watched("tasks under hooks that panic", || {
            runtime.block_on(async {
                let task = wakeful::spawn(async {
                    sleep(Duration::from_millis(1)).await;
                    7
                });
                let work = wakeful::spawn_blocking(|| 8);
                assert_eq!(task.await.unwrap() + work.await.unwrap(), 15);
            });
            drop(runtime);
        });
    }
}

#[test]
fn a_hook_may_use_its_runtime() {
    let spawned = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&spawned);
    let runtime = Builder::new_current_thread()
        .on_after_task_poll(move |_| {
            // Spawn only once, because the spawned task has hooks, too.
            if count.fetch_add(1, SeqCst) == 0 {
                drop(wakeful::spawn_local(async {}));
                assert_eq!(Handle::current().metrics().num_alive_tasks(), 1);
            }
        })
        .build()
        .unwrap();
    watched("a task that a hook spawned", || {
        runtime.block_on(async {
            wakeful::spawn_local(async {}).await.unwrap();
            while spawned.load(SeqCst) < 2 {
                yield_now().await;
            }
        });
    });
}

#[test]
fn the_hooks_of_a_runtime_are_not_called_for_another() {
    let (one, other) = (Log::default(), Log::default());
    let runtime = one.builder(Builder::new_current_thread()).build().unwrap();
    let builder = Builder::new_multi_thread().worker_threads(2);
    let second = other.builder(builder).build().unwrap();
    watched("a task of the other runtime", || {
        runtime.block_on(async { second.spawn(async {}).await.unwrap() });
        drop(second);
    });
    assert_eq!((one.count("spawn"), other.count("spawn")), (0, 1));
    assert_eq!((one.count("end"), other.count("end")), (0, 1));
    let gate = Gate::default();
    drop(runtime.spawn_local(gate));
    drop(runtime);
    assert_eq!((one.count("spawn"), one.count("end")), (1, 1));
}
