//! Work that reaches an executor while or after it ends, and work that must not
//! reach it while another thread runs it.

use crate::support::{Count, watched};
use std::{
    future::{Future, pending, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};
use wakeful::{
    Runtime,
    runtime::{Builder, Handle},
    spawn,
    sync::oneshot,
    task::block_in_place,
    time::{Instant, Sleep, sleep, sleep_until, timeout},
};

fn multi_thread() -> Runtime {
    let builder = Builder::new_multi_thread().worker_threads(1);
    builder.build().unwrap()
}

#[test]
fn pitfall_16_a_task_spawned_by_a_destructor_at_shutdown_is_counted_once() {
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
fn pitfall_16_a_task_spawned_on_a_dropped_runtime_does_not_reach_the_next_runtime() {
    for make in [|| Runtime::new().unwrap(), multi_thread] {
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
fn pitfall_16_a_task_that_blocks_in_place_while_its_runtime_shuts_down_is_cancelled() {
    watched("a task that blocks the replacement thread", || {
        let runtime = multi_thread();
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
            // The task runs on the replacement of this thread.
            block_in_place(|| has_begun.recv().unwrap());
        });
        let ends = thread::spawn(move || go_on.send(()).unwrap());
        drop(runtime);
        ends.join().unwrap();
        assert!(task.unwrap().is_finished());
    });
}

#[test]
fn pitfall_18_a_multi_thread_runtime_that_is_only_entered_hands_no_worker_off() {
    let (outer, inner) = (Runtime::new().unwrap(), multi_thread());
    let here = thread::current().id();
    outer.block_on(async { inner.enter(|| block_in_place(|| ())) });
    let task = inner.spawn(async { thread::current().id() });
    assert_eq!(inner.block_on(task).unwrap(), here);
}

#[test]
fn pitfall_18_a_thread_that_handed_its_worker_off_does_not_run_the_worker() {
    let runtime = multi_thread();
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

/// The message of the panic in `code`.
fn panic_of(code: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(code)).unwrap_err();
    *payload.downcast::<String>().unwrap()
}

fn poll(sleep: &mut Sleep) -> Poll<()> {
    Pin::new(sleep).poll(&mut Context::from_waker(Waker::noop()))
}

/// One runtime of each flavor.
fn runtimes() -> [Runtime; 3] {
    [
        Builder::new_current_thread(),
        Builder::new_multi_thread(),
        Builder::new_thread_per_core(),
    ]
    .map(|builder| builder.worker_threads(2).build().unwrap())
}

const HOUR: Duration = Duration::from_hours(1);

#[test]
fn the_block_on_task_is_dropped_inside_its_runtime() {
    struct SpawnsWhenDropped(Option<oneshot::Sender<()>>);
    impl Drop for SpawnsWhenDropped {
        fn drop(&mut self) {
            let sender = self.0.take().unwrap();
            drop(spawn(async { sender.send(()).unwrap() }));
        }
    }
    for runtime in runtimes() {
        watched(
            "a task that the `block_on` task's destructor spawned",
            || {
                let (sender, receiver) = oneshot::channel();
                let spawns = SpawnsWhenDropped(Some(sender));
                runtime.block_on(poll_fn(move |_| {
                    let _ = &spawns;
                    Poll::Ready(())
                }));
                let (sender, panicked) = oneshot::channel();
                let spawns = SpawnsWhenDropped(Some(sender));
                let block_on_task = poll_fn(move |_| -> Poll<()> {
                    let _ = &spawns;
                    panic!("the `block_on` task panics");
                });
                catch_unwind(AssertUnwindSafe(|| runtime.block_on(block_on_task))).unwrap_err();
                runtime.block_on(async {
                    receiver.await.unwrap();
                    panicked.await.unwrap();
                });
            },
        );
    }
}

#[test]
fn pitfall_16_polling_a_sleep_of_a_dropped_runtime_panics_with_the_reason() {
    for runtime in runtimes() {
        let mut begun = runtime.enter(|| sleep(HOUR));
        assert!(poll(&mut begun).is_pending());
        let fresh = runtime.enter(|| sleep(HOUR));
        let stopped = runtime.enter(|| timeout(HOUR, pending::<()>()));
        drop(runtime);
        watched("sleeps that can never fire", || {
            for text in [
                panic_of(|| wakeful::block_on(&mut begun)),
                panic_of(|| wakeful::block_on(fresh)),
                panic_of(|| drop(wakeful::block_on(stopped))),
                // A second poll panics, too.
                panic_of(|| assert!(poll(&mut begun).is_pending())),
            ] {
                assert!(text.contains("the runtime of this timer has been dropped"));
                assert!(text.contains("keep the runtime"), "{text}");
            }
        });
    }
}

#[test]
fn pitfall_16_a_thread_that_waits_for_a_sleep_is_woken_when_its_runtime_ends() {
    for runtime in runtimes() {
        let count = Arc::new(Count::default());
        let waker = Arc::clone(&count).into();
        let mut nap = runtime.enter(|| sleep(HOUR));
        let mut context = Context::from_waker(&waker);
        assert!(Pin::new(&mut nap).poll(&mut context).is_pending());
        let (polled_once, has_polled) = mpsc::channel();
        let other = thread::spawn({
            let mut nap = runtime.enter(|| sleep(HOUR));
            move || {
                panic_of(|| {
                    wakeful::block_on(poll_fn(|context| {
                        let polled = Pin::new(&mut nap).poll(context);
                        polled_once.send(()).unwrap();
                        polled
                    }));
                })
            }
        });
        watched("a thread whose sleep can never fire", || {
            has_polled.recv().unwrap();
            drop(runtime);
            let text = other.join().unwrap();
            assert!(text.contains("the runtime of this timer"), "{text}");
        });
        assert_eq!(count.wakes(), 1);
    }
}

#[test]
fn pitfall_16_a_sleep_that_had_elapsed_before_its_runtime_ended_is_ready() {
    for runtime in runtimes() {
        let mut over = runtime.enter(|| sleep(Duration::from_millis(1)));
        let started = runtime.enter(Instant::now);
        watched("a sleep that ends", || runtime.block_on(&mut over));
        let mut due = runtime.enter(|| sleep_until(started));
        let mut dropped = runtime.enter(|| sleep(HOUR));
        assert!(poll(&mut dropped).is_pending());
        drop(runtime);
        assert!(poll(&mut over).is_ready());
        assert!(poll(&mut due).is_ready(), "its deadline has passed");
        drop(dropped);
    }
}

/// The poll of the task can only end when the runtime ends.
#[test]
fn pitfall_16_a_multi_thread_runtime_shuts_down_while_block_in_place_waits_for_its_timer_or_task() {
    for of_a_task in [false, true] {
        let builder = Builder::new_multi_thread().worker_threads(2);
        let runtime = builder.build().unwrap();
        let handle = runtime.handle().clone();
        let (begun, has_begun) = mpsc::channel();
        let has_polled = runtime.spawn(async move {
            let task = spawn(pending::<()>());
            block_in_place(|| {
                begun.send(()).unwrap();
                if of_a_task {
                    assert!(handle.block_on(task).unwrap_err().is_cancelled());
                } else {
                    handle.block_on(sleep(HOUR));
                }
            });
        });
        has_begun.recv().unwrap();
        watched(
            "the shutdown of a multi-thread runtime whose task has_polled for it",
            || drop(runtime),
        );
        let ended = wakeful::block_on(has_polled);
        assert_eq!(ended.is_ok(), of_a_task, "the wait for a timer panics");
    }
}
