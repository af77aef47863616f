//! `task::id` and `task::try_id`: which code runs in which task.

use crate::{
    Runtime,
    runtime::Builder,
    task::{self, JoinSet, block_in_place, yield_now},
};
use std::{cell::Cell, panic::catch_unwind};

thread_local! {
    static SEEN: Cell<Option<task::Id>> = const { Cell::new(None) };
}

/// Stores the current task when it is dropped.
struct NotesTaskOnDrop;

impl Drop for NotesTaskOnDrop {
    fn drop(&mut self) {
        SEEN.set(task::try_id());
    }
}

#[test]
fn there_is_no_task_outside_a_runtime_and_in_block_on() {
    assert_eq!(task::try_id(), None);
    Runtime::new().unwrap().block_on(async {
        assert_eq!(task::try_id(), None);
        yield_now().await;
        assert_eq!(task::try_id(), None);
    });
}

#[test]
fn asking_for_the_id_outside_a_task_panics_and_names_the_caller() {
    let panicked = catch_unwind(|| task::id()).unwrap_err();
    let message = panicked.downcast_ref::<String>().unwrap();
    assert!(message.contains("outside a task"), "{message}");
}

#[test]
fn each_task_sees_its_own_id_before_and_after_it_waits() {
    Runtime::new().unwrap().block_on(async {
        let ask = || async {
            let before = task::id();
            yield_now().await;
            (before, task::id())
        };
        let (first, second) = (crate::spawn(ask()), crate::spawn_local(ask()));
        let ids = (first.id(), second.id());
        assert_eq!(first.await.unwrap(), (ids.0, ids.0));
        assert_eq!(second.await.unwrap(), (ids.1, ids.1));
        assert_eq!(task::try_id(), None);
    });
}

#[test]
fn a_closure_on_the_blocking_pool_has_the_id_of_its_handle() {
    Runtime::new().unwrap().block_on(async {
        let work = task::spawn_blocking(task::id);
        let id = work.id();
        assert_eq!(work.await.unwrap(), id);
    });
}

#[test]
fn an_aborted_future_is_dropped_in_its_task() {
    Runtime::new().unwrap().block_on(async {
        let task = crate::spawn_local(async {
            let _notes = NotesTaskOnDrop;
            std::future::pending::<()>().await;
        });
        yield_now().await;
        let id = task.id();
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(SEEN.get(), Some(id));
    });
}

#[test]
fn a_future_that_shutdown_drops_is_dropped_in_its_task() {
    let runtime = Runtime::new().unwrap();
    let id = runtime.block_on(async {
        let task = crate::spawn_local(async {
            let _notes = NotesTaskOnDrop;
            std::future::pending::<()>().await;
        });
        yield_now().await;
        task.id()
    });
    drop(runtime);
    assert_eq!(SEEN.get(), Some(id));
}

#[test]
fn a_dropped_handle_drops_the_output_in_its_task() {
    Runtime::new().unwrap().block_on(async {
        let task = crate::spawn_local(async { NotesTaskOnDrop });
        yield_now().await;
        assert!(task.is_finished());
        let id = task.id();
        drop(task);
        assert_eq!(SEEN.get(), Some(id));
        assert_eq!(task::try_id(), None);
    });
}

#[test]
fn a_task_that_panics_leaves_no_id_behind() {
    Runtime::new().unwrap().block_on(async {
        let task = crate::spawn_local(async { panic!("on purpose") });
        assert!(task.await.unwrap_err().is_panic());
        assert_eq!(task::try_id(), None);
    });
}

#[test]
fn ids_come_with_the_ends_of_a_join_set() {
    Runtime::new().unwrap().block_on(async {
        let mut set = JoinSet::new();
        for _ in 0..3 {
            set.spawn(async { task::id() });
        }
        while let Some(ended) = set.join_next_with_id().await {
            let (id, seen) = ended.unwrap();
            assert_eq!(id, seen);
        }
    });
}

#[test]
#[cfg_attr(
    miri,
    ignore = "Stacked Borrows rejects crossbeam's queues, which the multi-thread runtime uses"
)]
fn a_task_keeps_its_id_when_it_blocks_in_place_and_moves_between_workers() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    runtime.block_on(async {
        let task = crate::spawn(async {
            let id = task::id();
            assert_eq!(block_in_place(task::id), id);
            for _ in 0..100 {
                yield_now().await;
                assert_eq!(task::id(), id);
            }
            id
        });
        let id = task.id();
        assert_eq!(task.await.unwrap(), id);
    });
}
