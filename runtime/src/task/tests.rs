//! The handles, ids, builder and tracker by themselves.

mod ids;

use super::{AbortHandle, AbortOnDropHandle, Builder, Id, JoinHandle, JoinSet, TaskTracker};
use crate::{Runtime, runtime::Handle};
use std::{
    cell::Cell,
    panic::{RefUnwindSafe, UnwindSafe},
    rc::Rc,
};

#[test]
fn handles_and_sets_may_cross_a_caught_panic_whatever_their_output() {
    fn crosses<T: UnwindSafe + RefUnwindSafe>() {}
    crosses::<JoinHandle<Cell<u8>>>();
    crosses::<AbortHandle>();
    crosses::<AbortOnDropHandle<Cell<u8>>>();
    crosses::<JoinSet<Cell<u8>>>();
    crosses::<TaskTracker>();
    crosses::<Id>();
}

#[test]
fn handles_may_move_to_other_threads_if_their_output_may() {
    fn moves<T: Send + Sync>() {}
    moves::<JoinHandle<Cell<u8>>>();
    moves::<AbortHandle>();
    moves::<JoinSet<Cell<u8>>>();
    moves::<TaskTracker>();
}

#[test]
fn a_builder_spawns_on_another_runtime() {
    let other = Runtime::new().unwrap();
    let handle = other.block_on(async { Handle::current() });
    let (on_core, on_pool) = Runtime::new().unwrap().block_on(async {
        let task = Builder::new().name("task").spawn_on(async { 1 }, &handle);
        let work = Builder::new().spawn_blocking_on(|| 2, &handle);
        (task, work)
    });
    assert!(!on_core.is_finished(), "its runtime has not run since");
    other.block_on(async {
        assert_eq!(on_core.await.unwrap(), 1);
        assert_eq!(on_pool.await.unwrap(), 2);
    });
}

#[test]
fn an_abort_is_finished_only_after_the_future_is_dropped() {
    let dropped = Rc::new(());
    Runtime::new().unwrap().block_on(async {
        let held = Rc::clone(&dropped);
        let task = crate::spawn_local(async move {
            std::future::pending::<()>().await;
            drop(held);
        });
        super::yield_now().await;
        task.abort();
        assert!(!task.is_finished());
        assert_eq!(Rc::strong_count(&dropped), 2);
        super::yield_now().await;
        assert!(task.is_finished());
        assert_eq!(Rc::strong_count(&dropped), 1);
    });
}
