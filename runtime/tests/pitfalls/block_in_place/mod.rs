//! `block_in_place`: other tasks go on while a worker's thread blocks, and the
//! thread becomes a worker again.

mod handed_off;

use crate::support::{Drops, watched};
use std::{
    cell::Cell,
    future::{Future, pending},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    task::{Context, Poll, Wake, Waker},
    thread,
    time::Duration,
};
use wakeful::{
    Runtime,
    runtime::{Builder, Handle},
    spawn,
    sync::oneshot,
    task::{block_in_place, yield_now},
    time::sleep,
};

fn multi_thread(workers: usize) -> Runtime {
    let builder = Builder::new_multi_thread().worker_threads(workers);
    builder.build().unwrap()
}

#[test]
fn the_tasks_of_a_worker_that_blocks_in_place_go_on() {
    // With one worker, the tasks can only go on in a replacement thread.
    let runtime = multi_thread(1);
    watched("a task that the blocked thread waits for", || {
        runtime.block_on(async {
            let (sender, receiver) = mpsc::channel();
            let other = spawn(async move {
                for number in 0..3 {
                    yield_now().await;
                    sender.send(number).unwrap();
                }
            });
            let here = thread::current().id();
            let sum_received = block_in_place(|| {
                assert_eq!(thread::current().id(), here);
                receiver.iter().sum::<u32>()
            });
            assert_eq!(sum_received, 3);
            other.await.unwrap();
        });
    });
}

#[test]
fn a_worker_that_blocks_in_place_still_fires_timers() {
    let runtime = multi_thread(1);
    watched("a sleep on a worker whose thread blocks", || {
        runtime.block_on(async {
            let (sender, receiver) = mpsc::channel();
            let other = spawn(async move {
                sleep(Duration::from_millis(1)).await;
                sender.send(()).unwrap();
            });
            block_in_place(|| receiver.recv().unwrap());
            other.await.unwrap();
        });
    });
}

#[test]
fn tasks_that_all_block_in_place_at_once_all_go_on() {
    let runtime = multi_thread(2);
    watched("tasks that block until all have arrived", || {
        runtime.block_on(async {
            let barrier = Arc::new(std::sync::Barrier::new(6));
            let tasks: Vec<_> = (0..6)
                .map(|_| {
                    let barrier = Arc::clone(&barrier);
                    spawn(async move {
                        block_in_place(|| barrier.wait());
                        yield_now().await;
                        block_in_place(|| barrier.wait());
                    })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
    });
}

#[test]
fn a_task_that_has_blocked_in_place_spawns_waits_and_ends_like_any_other() {
    let runtime = multi_thread(2);
    watched("a task that goes on after it has blocked", || {
        runtime.block_on(async {
            let drops = Drops::default();
            let droplet = drops.droplet();
            let task = spawn(async move {
                let _droplet = droplet;
                block_in_place(|| ());
                assert!(Handle::try_current().is_ok());
                // Still in the same poll, on a thread that has no worker.
                let child = spawn(async { 1 });
                let (sender, receiver) = oneshot::channel();
                drop(spawn(async move { sender.send(2) }));
                child.await.unwrap() + receiver.await.unwrap()
            });
            assert_eq!(task.await.unwrap(), 3);
            let last = spawn(async { block_in_place(|| 4) });
            assert_eq!(last.await.unwrap(), 4);
            assert_eq!(drops.count(), 1);
            assert_eq!(Handle::current().metrics().num_alive_tasks(), 0);
        });
    });
}

#[test]
fn the_closure_spends_no_budget_of_the_poll_around_it() {
    let runtime = multi_thread(1);
    watched(
        "a closure that receives more than the budget allows",
        || {
            runtime.block_on(async {
                let (sender, mut receiver) = wakeful::sync::mpsc::unbounded_channel();
                for number in 0..200 {
                    sender.send(number).unwrap();
                }
                // Poll like the `block_on` of another executor.
                let poll = |future: Pin<&mut dyn Future<Output = Option<i32>>>| {
                    future.poll(&mut Context::from_waker(Waker::noop()))
                };
                block_in_place(|| {
                    for number in 0..200 {
                        let polled = poll(pin!(receiver.recv()));
                        assert_eq!(polled, Poll::Ready(Some(number)));
                    }
                });
            });
        },
    );
}

#[test]
fn the_poll_continues_with_its_own_budget_after_the_closure() {
    let runtime = multi_thread(1);
    watched("a loop that blocks in place and receives", || {
        runtime.block_on(async {
            let (sender, mut receiver) = wakeful::sync::mpsc::unbounded_channel();
            let neighbour = spawn(async {});
            let mut received = 0;
            while !neighbour.is_finished() && received < 1000 {
                sender.send(()).unwrap();
                block_in_place(|| ());
                receiver.recv().await.unwrap();
                received += 1;
            }
            assert!(received < 1000);
            neighbour.await.unwrap();
        });
    });
}

#[test]
fn pitfall_06_a_panic_in_the_closure_ends_the_task_and_the_worker_goes_on() {
    let runtime = multi_thread(1);
    watched("a worker whose task panicked in place", || {
        runtime.block_on(async {
            let task = spawn(async { block_in_place(|| panic!("in place")) });
            assert!(task.await.unwrap_err().is_panic());
            assert_eq!(spawn(async { 5 }).await.unwrap(), 5);
        });
        let block_on_task =
            || runtime.block_on(async { block_in_place(|| panic!("in the `block_on` task")) });
        assert!(catch_unwind(AssertUnwindSafe(block_on_task)).is_err());
        assert_eq!(
            runtime.block_on(async { spawn(async { 6 }).await.unwrap() }),
            6
        );
    });
}

#[test]
fn pitfall_16_a_shutdown_waits_for_the_closure_and_for_the_replacement_thread() {
    let (begun, has_begun) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel();
    let drops = Drops::default();
    let droplet = drops.droplet();
    let runtime = multi_thread(2);
    watched("a shutdown while a worker blocks", || {
        drop(runtime.spawn(async move {
            let _droplet = droplet;
            block_in_place(|| {
                begun.send(()).unwrap();
                may_go_on.recv().unwrap();
            });
            pending::<()>().await;
        }));
        // It runs on the other worker, because no `block_on` runs worker 0.
        has_begun.recv().unwrap();
        let ends = thread::spawn(move || go_on.send(()).unwrap());
        drop(runtime);
        ends.join().unwrap();
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn pitfall_18_the_closure_may_block_on_another_runtime() {
    let runtime = multi_thread(1);
    watched("a runtime inside a runtime", || {
        runtime.block_on(async {
            let inner = spawn(async { block_in_place(|| wakeful::block_on(async { 7 })) });
            assert_eq!(inner.await.unwrap(), 7);
        });
    });
}

#[test]
fn block_in_place_in_a_hook_or_in_enter_hands_no_worker_off() {
    let spawned = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&spawned);
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .on_task_spawn(move |_| {
            seen.fetch_add(block_in_place(|| 1), SeqCst);
        })
        .build()
        .unwrap();
    watched("hooks that block in place", || {
        runtime.block_on(async {
            for _ in 0..10 {
                spawn(async { yield_now().await }).await.unwrap();
            }
        });
        assert_eq!(runtime.enter(|| block_in_place(|| 2)), 2);
    });
    assert_eq!(spawned.load(SeqCst), 10);
}

/// Whether `block_in_place` hands the worker off here. If it does, its closure may
/// block on another runtime.
fn hands_off() -> bool {
    block_in_place(|| catch_unwind(|| wakeful::block_on(async {})).is_ok())
}

/// A waker that records where it is woken, and whether it can hand a worker off.
#[derive(Default)]
struct Records(Mutex<Option<(bool, thread::ThreadId)>>);

impl Wake for Records {
    fn wake(self: Arc<Self>) {
        *self.0.lock().unwrap() = Some((hands_off(), thread::current().id()));
    }
}

/// Has the worker of a multi-thread runtime call such a waker when a timer fires.
fn a_waker_that_blocks_in_place() {
    let runtime = multi_thread(1);
    let records = Arc::new(Records::default());
    runtime.block_on(async {
        let waker = Waker::from(Arc::clone(&records));
        let mut nap = Box::pin(sleep(Duration::from_millis(1)));
        let mut context = Context::from_waker(&waker);
        assert!(nap.as_mut().poll(&mut context).is_pending());
        sleep(Duration::from_millis(2)).await;
        assert!(hands_off(), "a poll hands its worker off");
    });
    let found = records.0.lock().unwrap().take();
    assert_eq!(found, Some((false, thread::current().id())));
}

#[test]
fn block_in_place_in_a_waker_that_the_driver_calls_hands_no_worker_off() {
    watched("a waker that blocks", a_waker_that_blocks_in_place);
    // The same inside a poll of another runtime, whose worker is handed off.
    let outer = multi_thread(1);
    watched("a waker that blocks, in a poll of another runtime", || {
        outer.block_on(async { block_in_place(a_waker_that_blocks_in_place) });
    });
}

#[test]
fn block_in_place_in_a_park_hook_hands_no_worker_off() {
    let found = Arc::new(Mutex::new(Vec::new()));
    let (parks, unparks) = (Arc::clone(&found), Arc::clone(&found));
    let live = || {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .on_thread_park(move || parks.lock().unwrap().push(hands_off()))
            .on_thread_unpark(move || unparks.lock().unwrap().push(hands_off()))
            .build()
            .unwrap();
        runtime.block_on(async { sleep(Duration::from_millis(1)).await });
    };
    let outer = multi_thread(1);
    watched("hooks that block, in a poll of another runtime", || {
        outer.block_on(async { block_in_place(live) });
    });
    let found = found.lock().unwrap();
    assert!(found.len() >= 2 && !found.contains(&true));
}

#[test]
fn outside_a_multi_thread_runtime_block_in_place_runs_the_closure_or_says_what_to_do() {
    let borrowed = Cell::new(1);
    assert_eq!(block_in_place(|| borrowed.replace(2)), 1);
    for builder in [
        Builder::new_current_thread(),
        Builder::new_thread_per_core(),
    ] {
        let runtime = builder.worker_threads(1).build().unwrap();
        let block_on_task = || runtime.block_on(async { block_in_place(|| ()) });
        let payload = catch_unwind(AssertUnwindSafe(block_on_task)).unwrap_err();
        let text = payload.downcast_ref::<String>().unwrap();
        assert!(text.contains("use `spawn_blocking`"), "{text}");
    }
}

const MANY: usize = if cfg!(miri) { 3 } else { 200 };

#[test]
fn blocking_in_place_many_times_loses_no_task() {
    let runtime = multi_thread(3);
    watched("tasks that block again and again", || {
        runtime.block_on(async {
            let tasks: Vec<_> = (0..8)
                .map(|number| {
                    spawn(async move {
                        for round in 0..MANY {
                            block_in_place(|| {
                                if round % 3 == 0 {
                                    thread::yield_now();
                                }
                            });
                            yield_now().await;
                        }
                        number
                    })
                })
                .collect();
            let mut sum = 0;
            for (round, task) in tasks.into_iter().enumerate() {
                block_in_place(|| round);
                sum += task.await.unwrap();
            }
            assert_eq!(sum, 28);
        });
    });
}
