//! What reaches an executor as it ends or after it, and what must not reach it
//! while another thread drives it.

use crate::support::watched;
use std::{
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    thread,
};
use wakeful::{
    Runtime,
    runtime::{Builder, Handle},
    spawn,
    task::block_in_place,
};

fn pool() -> Runtime {
    let builder = Builder::new_multi_thread().worker_threads(1);
    builder.build().unwrap()
}

#[test]
fn trap_16_a_destructor_that_spawns_as_the_inbox_closes_is_counted_once() {
    struct SpawnsOnDrop(Handle);
    impl Drop for SpawnsOnDrop {
        fn drop(&mut self) {
            drop(self.0.spawn(async {}));
        }
    }
    let ended = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&ended);
    let runtime = Builder::new_current_thread()
        .on_task_terminate(move |_| {
            counted.fetch_add(1, SeqCst);
        })
        .build()
        .unwrap();
    let guard = SpawnsOnDrop(runtime.handle().clone());
    let task = runtime.handle().spawn(async move { drop(guard) });
    drop(runtime);
    assert!(task.is_finished());
    assert_eq!(ended.load(SeqCst), 2);
}

#[test]
fn trap_16_what_a_dead_runtimes_handle_spawns_is_not_the_next_ones() {
    for make in [|| Runtime::new().unwrap(), pool] {
        let first = make();
        let handle = first.handle().clone();
        drop(first);
        let next = make();
        next.block_on(async {
            assert!(handle.spawn(async {}).is_finished());
            assert_eq!(next.handle().metrics().num_alive_tasks(), 0);
        });
    }
}

#[test]
fn trap_16_a_task_whose_poll_blocks_while_its_pool_ends_is_cancelled() {
    watched("a task that a substitute blocks in", || {
        let runtime = pool();
        let (go_on, may_go_on) = mpsc::channel::<()>();
        let (begun, has_begun) = mpsc::channel();
        let mut task = None;
        runtime.block_on(async {
            task = Some(spawn(async move {
                block_in_place(|| {
                    begun.send(()).unwrap();
                    may_go_on.recv().unwrap();
                });
                pending::<()>().await;
            }));
            // The task runs on the thread in this one's place.
            block_in_place(|| has_begun.recv().unwrap());
        });
        let ends = thread::spawn(move || go_on.send(()).unwrap());
        drop(runtime);
        ends.join().unwrap();
        assert!(task.unwrap().is_finished());
    });
}

#[test]
fn trap_18_a_pool_that_is_entered_in_a_poll_of_another_is_not_given_away() {
    let (outer, inner) = (Runtime::new().unwrap(), pool());
    let here = thread::current().id();
    outer.block_on(async { inner.enter(|| block_in_place(|| ())) });
    let task = inner.spawn(async { thread::current().id() });
    assert_eq!(inner.block_on(task).unwrap(), here);
}

#[test]
fn trap_18_a_pool_whose_worker_is_given_away_is_not_driven_by_its_owner() {
    let runtime = pool();
    runtime.block_on(async {
        runtime.enter(|| block_in_place(|| ()));
        block_in_place(|| ());
        let nested = || runtime.block_on(async {});
        assert!(catch_unwind(AssertUnwindSafe(nested)).is_err());
        let tasks: Vec<_> = runtime.enter(|| (0..10).map(|_| spawn(async {})).collect());
        for task in tasks {
            task.await.unwrap();
        }
    });
}
