//! Pitfalls 16, 18 and 20: `block_on`, shutdown, and the blocking pool.

use crate::support::{Drops, Gate, run, settle, watched};
use std::{
    cell::Cell,
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
        mpsc,
    },
    time::Duration,
};
use wakeful::{
    Runtime,
    runtime::{Builder, Handle},
    spawn_blocking, spawn_local,
    sync::oneshot,
    task::yield_now,
    time::sleep,
};

fn panic_of(code: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(code)).expect_err("a panic");
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => (*payload.downcast::<&str>().expect("a text")).to_owned(),
    }
}

#[test]
fn pitfall_16_a_task_spawned_during_shutdown_is_cancelled_at_once() {
    struct SpawnsWhenDropped(Drops);
    impl Drop for SpawnsWhenDropped {
        fn drop(&mut self) {
            let droplet = self.0.droplet();
            let task = spawn_local(async move {
                let _droplet = droplet;
                pending::<()>().await;
            });
            assert!(task.is_finished());
        }
    }
    let drops = Drops::default();
    let runtime = Runtime::new().unwrap();
    let spawns = SpawnsWhenDropped(drops.clone());
    drop(runtime.spawn_local(async move {
        let _spawns = spawns;
        pending::<()>().await;
    }));
    runtime.block_on(settle());
    drop(runtime);
    assert_eq!(drops.count(), 1);
}

#[test]
fn pitfall_16_the_handles_of_a_dropped_runtime_return_cancelled() {
    let runtime = Runtime::new().unwrap();
    let task = runtime.spawn_local(pending::<()>());
    let handle = runtime.handle().clone();
    drop(runtime);
    assert!(
        watched("the handle", || wakeful::block_on(task))
            .unwrap_err()
            .is_cancelled()
    );
    let late = handle.spawn_blocking(|| ());
    assert!(
        watched("the handle", || wakeful::block_on(late))
            .unwrap_err()
            .is_cancelled()
    );
}

#[test]
fn pitfall_16_shutdown_waits_for_blocking_work_that_has_begun_and_cancels_the_rest() {
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    let (begun, has_begun) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let drops = Drops::default();
    let droplet = drops.droplet();
    let handle = runtime.handle();
    drop(handle.spawn_blocking(move || {
        begun.send(()).unwrap();
        // The sender is dropped when the queued work is cancelled.
        let _ = may_go_on.recv();
        drop(droplet);
    }));
    let queued = handle.spawn_blocking(move || {
        let _go_on = go_on;
        unreachable!("this work never begins")
    });
    watched("the work to begin", || has_begun.recv().unwrap());
    watched("the shutdown", || drop(runtime));
    assert_eq!(drops.count(), 1);
    let ended: Result<(), _> = wakeful::block_on(queued);
    assert!(ended.unwrap_err().is_cancelled());
}

#[test]
fn pitfall_16_a_shutdown_in_the_background_waits_for_nothing() {
    let runtime = Runtime::new().unwrap();
    let (end, may_end) = mpsc::channel::<()>();
    let work = runtime.handle().spawn_blocking(move || may_end.recv());
    watched("the shutdown", || runtime.shutdown_background());
    drop(end);
    let _ = watched("the work", || wakeful::block_on(work));
}

#[test]
fn pitfall_18_block_on_inside_a_runtime_says_what_to_do() {
    let message = panic_of(|| run("the panic", async { wakeful::block_on(async {}) }));
    assert!(
        message.contains("`.await`") && message.contains("spawn_blocking"),
        "{message}"
    );
    let runtime = Runtime::new().unwrap();
    let message = panic_of(|| run("the panic", async { runtime.block_on(async {}) }));
    assert!(message.contains("`.await`"), "{message}");
}

#[test]
fn pitfall_18_a_function_that_needs_a_runtime_says_so_outside_one() {
    for message in [
        panic_of(|| drop(spawn_local(async {}))),
        panic_of(|| drop(sleep(Duration::ZERO))),
        panic_of(|| drop(spawn_blocking(|| ()))),
        panic_of(|| drop(Handle::current())),
    ] {
        assert!(message.contains("Runtime::block_on"), "{message}");
    }
    assert!(Handle::try_current().is_err());
    assert!(wakeful::inspect().is_none());
}

#[test]
fn pitfall_18_many_short_block_ons_still_run_tasks_and_fire_timers() {
    let runtime = Runtime::new().unwrap();
    let fired = Rc::new(Cell::new(false));
    let firing = Rc::clone(&fired);
    drop(runtime.spawn_local(async move {
        sleep(Duration::from_micros(10)).await;
        firing.set(true);
    }));
    watched("the timer", || {
        while !fired.get() {
            // The `block_on` task is ready at once, every time.
            runtime.block_on(async {});
        }
    });
}

#[test]
fn pitfall_18_tasks_pause_between_two_block_ons_and_go_on_in_the_second() {
    let runtime = Runtime::new().unwrap();
    let gate = Gate::default();
    let task = runtime.spawn_local(gate.clone());
    runtime.block_on(settle());
    gate.open();
    gate.waker().wake();
    assert!(!task.is_finished());
    runtime.block_on(task).unwrap();
}

#[test]
fn pitfall_20_a_pool_thread_that_gives_up_as_work_arrives_loses_no_work() {
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(2)
        .thread_keep_alive(Duration::ZERO)
        .build()
        .unwrap();
    let rounds = if cfg!(miri) { 5 } else { 2_000 };
    watched("every piece of work", || {
        runtime.block_on(async {
            for round in 0..rounds {
                assert_eq!(spawn_blocking(move || round).await.unwrap(), round);
            }
        });
    });
}

#[test]
fn pitfall_20_the_pool_keeps_its_thread_limit() {
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(3)
        .build()
        .unwrap();
    let most = if cfg!(miri) { 12 } else { 100 };
    watched("every piece of work", || {
        runtime.block_on(async {
            let work: Vec<_> = (0..most).map(|n| spawn_blocking(move || n)).collect();
            assert!(wakeful::inspect().unwrap().blocking.threads <= 3);
            for (n, work) in work.into_iter().enumerate() {
                assert_eq!(work.await.unwrap(), n);
            }
            assert!(wakeful::inspect().unwrap().blocking.threads <= 3);
        });
    });
}

#[test]
fn pitfall_20_queued_work_can_be_aborted_and_work_that_has_begun_cannot() {
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    watched("the work", || {
        runtime.block_on(async {
            let (begun, has_begun) = mpsc::channel();
            let (end, may_end) = mpsc::channel::<()>();
            let first = spawn_blocking(move || {
                begun.send(()).unwrap();
                let _ = may_end.recv();
                "done"
            });
            let second = spawn_blocking(|| unreachable!("aborted before it began") as ());
            has_begun.recv().unwrap();
            first.abort();
            second.abort();
            drop(end);
            assert_eq!(first.await.unwrap(), "done");
            assert!(second.await.unwrap_err().is_cancelled());
        });
    });
}

#[test]
fn pitfall_11_destructors_that_spawn_the_next_task_at_shutdown_need_no_deep_stack() {
    struct Next(u32, Rc<Cell<u32>>);
    impl Drop for Next {
        fn drop(&mut self) {
            self.1.set(self.1.get() + 1);
            if let Some(left) = self.0.checked_sub(1) {
                let next = Next(left, Rc::clone(&self.1));
                drop(spawn_local(async move {
                    let _next = next;
                    pending::<()>().await;
                }));
            }
        }
    }
    let links = if cfg!(miri) { 10 } else { 100_000 };
    let dropped = Rc::new(Cell::new(0));
    let runtime = Runtime::new().unwrap();
    let first = Next(links, Rc::clone(&dropped));
    runtime.block_on(async {
        drop(spawn_local(async move {
            let _first = first;
            pending::<()>().await;
        }));
        yield_now().await;
    });
    drop(runtime);
    assert_eq!(dropped.get(), links + 1);
}

/// Spawns the next of its kind on a handle when it is dropped.
struct SpawnsNext {
    left: u32,
    handle: Handle,
    dropped: Arc<AtomicU32>,
}

impl Drop for SpawnsNext {
    fn drop(&mut self) {
        self.dropped.fetch_add(1, Relaxed);
        if let Some(left) = self.left.checked_sub(1) {
            let next = SpawnsNext {
                left,
                handle: self.handle.clone(),
                dropped: Arc::clone(&self.dropped),
            };
            drop(self.handle.spawn(async move {
                let _next = next;
                pending::<()>().await;
            }));
        }
    }
}

/// Shuts a runtime down with such a task, and calls `last` with its handle. Returns
/// how many were dropped.
fn drop_a_chain(runtime: Runtime, last: impl FnOnce(SpawnsNext)) -> u32 {
    let handle = runtime.handle().clone();
    let chain = |dropped: &Arc<AtomicU32>| SpawnsNext {
        left: CHAIN,
        handle: handle.clone(),
        dropped: Arc::clone(dropped),
    };
    let dropped = Arc::new(AtomicU32::new(0));
    let first = chain(&dropped);
    runtime.block_on(async {
        drop(runtime.spawn(async move {
            let _first = first;
            pending::<()>().await;
        }));
        yield_now().await;
    });
    drop(runtime);
    last(chain(&dropped));
    dropped.load(Relaxed)
}

const CHAIN: u32 = if cfg!(miri) { 10 } else { 100_000 };

#[test]
#[cfg_attr(
    miri,
    ignore = "Miri rejects the queues of a multi-thread runtime under the flags of this module"
)]
fn pitfall_11_destructors_that_spawn_the_next_task_on_a_multi_thread_runtime_that_ends_need_no_deep_stack()
 {
    for workers in [1, 2] {
        let builder = Builder::new_multi_thread().worker_threads(workers);
        let dropped = drop_a_chain(builder.build().unwrap(), std::mem::forget);
        assert_eq!(dropped, CHAIN + 1);
    }
}

#[test]
fn pitfall_11_destructors_that_spawn_on_a_runtime_that_has_ended_need_no_deep_stack() {
    for builder in [
        Builder::new_current_thread(),
        // Miri rejects the queues of a multi-thread runtime under the flags of this module.
        #[cfg(not(miri))]
        Builder::new_multi_thread().worker_threads(2),
    ] {
        let dropped = drop_a_chain(builder.build().unwrap(), drop);
        assert_eq!(dropped, 2 * (CHAIN + 1));
    }
}

#[test]
fn pitfall_18_a_destructor_of_an_output_that_blocks_on_another_runtime_does_not_wait_for_itself() {
    /// Its destructor blocks until an output was dropped that no handle takes.
    struct Blocks;
    impl Drop for Blocks {
        fn drop(&mut self) {
            let (tells, told) = oneshot::channel();
            wakeful::block_on(async {
                drop(spawn_local(async { TellsWhenDropped(Some(tells)) }));
                told.await.unwrap();
            });
        }
    }

    struct TellsWhenDropped(Option<oneshot::Sender<()>>);
    impl Drop for TellsWhenDropped {
        fn drop(&mut self) {
            let tells = self.0.take().expect("dropped once");
            tells.send(()).expect("it is awaited");
        }
    }

    let runtime = Runtime::new().unwrap();
    let task = runtime.spawn(async { Blocks });
    runtime.block_on(settle());
    assert!(task.is_finished());
    watched("an output that blocks in its destructor", move || {
        drop(task);
    });
}
