//! What reaches an executor as it ends or after it, and what must not reach it
//! while another thread drives it.

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

/// What `code` panics with.
fn panic_of(code: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(code)).unwrap_err();
    *payload.downcast::<String>().unwrap()
}

fn poll(sleep: &mut Sleep) -> Poll<()> {
    Pin::new(sleep).poll(&mut Context::from_waker(Waker::noop()))
}

/// One of each kind.
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
fn what_the_root_holds_is_dropped_inside_of_its_runtime() {
    struct SpawnsWhenDropped(Option<oneshot::Sender<()>>);
    impl Drop for SpawnsWhenDropped {
        fn drop(&mut self) {
            let sender = self.0.take().unwrap();
            drop(spawn(async { sender.send(()).unwrap() }));
        }
    }
    for runtime in runtimes() {
        watched("what a root's destructor has spawned", || {
            let (sender, receiver) = oneshot::channel();
            let last_will = SpawnsWhenDropped(Some(sender));
            runtime.block_on(poll_fn(move |_| {
                let _ = &last_will;
                Poll::Ready(())
            }));
            let (sender, panicked) = oneshot::channel();
            let last_will = SpawnsWhenDropped(Some(sender));
            let root = poll_fn(move |_| -> Poll<()> {
                let _ = &last_will;
                panic!("the root panics");
            });
            catch_unwind(AssertUnwindSafe(|| runtime.block_on(root))).unwrap_err();
            runtime.block_on(async {
                receiver.await.unwrap();
                panicked.await.unwrap();
            });
        });
    }
}

#[test]
fn trap_16_a_sleep_whose_runtime_is_gone_says_so_instead_of_waiting() {
    for runtime in runtimes() {
        let mut begun = runtime.enter(|| sleep(HOUR));
        assert!(poll(&mut begun).is_pending());
        let fresh = runtime.enter(|| sleep(HOUR));
        let stopped = runtime.enter(|| timeout(HOUR, pending::<()>()));
        drop(runtime);
        watched("sleeps that nobody will wake", || {
            for text in [
                panic_of(|| wakeful::block_on(&mut begun)),
                panic_of(|| wakeful::block_on(fresh)),
                panic_of(|| drop(wakeful::block_on(stopped))),
                // And again.
                panic_of(|| assert!(poll(&mut begun).is_pending())),
            ] {
                assert!(text.contains("the runtime of this timer has been dropped"));
                assert!(text.contains("keep the runtime"), "{text}");
            }
        });
    }
}

#[test]
fn trap_16_who_waits_for_a_sleep_when_its_runtime_ends_is_woken_to_hear_of_it() {
    for runtime in runtimes() {
        let count = Arc::new(Count::default());
        let waker = Arc::clone(&count).into();
        let mut nap = runtime.enter(|| sleep(HOUR));
        let mut context = Context::from_waker(&waker);
        assert!(Pin::new(&mut nap).poll(&mut context).is_pending());
        let (say, waits) = mpsc::channel();
        let other = thread::spawn({
            let mut nap = runtime.enter(|| sleep(HOUR));
            move || {
                panic_of(|| {
                    wakeful::block_on(poll_fn(|context| {
                        let polled = Pin::new(&mut nap).poll(context);
                        say.send(()).unwrap();
                        polled
                    }));
                })
            }
        });
        watched("a thread whose sleep will not end", || {
            waits.recv().unwrap();
            drop(runtime);
            let text = other.join().unwrap();
            assert!(text.contains("the runtime of this timer"), "{text}");
        });
        assert_eq!(count.wakes(), 1);
    }
}

#[test]
fn trap_16_a_sleep_that_was_over_before_its_runtime_was_is_ready() {
    for runtime in runtimes() {
        let mut over = runtime.enter(|| sleep(Duration::from_millis(1)));
        let started = runtime.enter(Instant::now);
        watched("a sleep that ends", || runtime.block_on(&mut over));
        let mut due = runtime.enter(|| sleep_until(started));
        let mut taken_back = runtime.enter(|| sleep(HOUR));
        assert!(poll(&mut taken_back).is_pending());
        drop(runtime);
        assert!(poll(&mut over).is_ready());
        assert!(poll(&mut due).is_ready(), "nobody has to wait for that");
        drop(taken_back);
    }
}

/// Away in a poll, and waiting for what only the end of the pool will bring.
#[test]
fn trap_16_a_pool_ends_although_a_poll_in_place_waits_for_its_timer_or_task() {
    for of_a_task in [false, true] {
        let builder = Builder::new_multi_thread().worker_threads(2);
        let runtime = builder.build().unwrap();
        let handle = runtime.handle().clone();
        let (say, said) = mpsc::channel();
        let waits = runtime.spawn(async move {
            let task = spawn(pending::<()>());
            block_in_place(|| {
                say.send(()).unwrap();
                if of_a_task {
                    assert!(handle.block_on(task).unwrap_err().is_cancelled());
                } else {
                    handle.block_on(sleep(HOUR));
                }
            });
        });
        said.recv().unwrap();
        watched("the end of a pool that a poll waits on", || drop(runtime));
        let ended = wakeful::block_on(waits);
        assert_eq!(ended.is_ok(), of_a_task, "else with the timer's panic");
    }
}
