//! Blocking on a worker's own thread: everybody else goes on, and the worker
//! comes back.

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
    task::{JoinHandle, block_in_place, yield_now},
    time::sleep,
};

fn pool(workers: usize) -> Runtime {
    let builder = Builder::new_multi_thread().worker_threads(workers);
    builder.build().unwrap()
}

#[test]
fn the_tasks_of_a_worker_that_blocks_go_on() {
    // One worker: whoever goes on, goes on in its place.
    let runtime = pool(1);
    watched("a task that the one who blocks waits for", || {
        runtime.block_on(async {
            let (sender, receiver) = mpsc::channel();
            let other = spawn(async move {
                for number in 0..3 {
                    yield_now().await;
                    sender.send(number).unwrap();
                }
            });
            let here = thread::current().id();
            let heard = block_in_place(|| {
                assert_eq!(thread::current().id(), here);
                receiver.iter().sum::<u32>()
            });
            assert_eq!(heard, 3);
            other.await.unwrap();
        });
    });
}

#[test]
fn the_timers_and_sockets_of_a_worker_that_blocks_are_looked_after() {
    let runtime = pool(1);
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
fn tasks_that_all_block_at_once_all_go_on() {
    let runtime = pool(2);
    watched("tasks that wait for each other, blocking", || {
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
fn a_task_that_has_blocked_spawns_waits_and_ends_as_any_other() {
    let runtime = pool(2);
    watched("a task that goes on after it has blocked", || {
        runtime.block_on(async {
            let drops = Drops::default();
            let droplet = drops.droplet();
            let task = spawn(async move {
                let _droplet = droplet;
                block_in_place(|| ());
                assert!(Handle::try_current().is_ok());
                // In the same poll, on a thread without a worker.
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
fn the_work_spends_no_budget_of_the_poll_around_it() {
    let runtime = pool(1);
    watched("work that polls more than a budget lasts for", || {
        runtime.block_on(async {
            let (sender, mut receiver) = wakeful::sync::mpsc::unbounded_channel();
            for number in 0..200 {
                sender.send(number).unwrap();
            }
            // As another executor's `block_on` polls.
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
    });
}

#[test]
fn the_poll_goes_on_with_its_own_budget_after_the_work() {
    let runtime = pool(1);
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
fn trap_06_a_panic_in_the_work_is_the_tasks_and_the_worker_comes_back() {
    let runtime = pool(1);
    watched("a worker whose task panicked in place", || {
        runtime.block_on(async {
            let task = spawn(async { block_in_place(|| panic!("in place")) });
            assert!(task.await.unwrap_err().is_panic());
            assert_eq!(spawn(async { 5 }).await.unwrap(), 5);
        });
        let root = || runtime.block_on(async { block_in_place(|| panic!("in the root")) });
        assert!(catch_unwind(AssertUnwindSafe(root)).is_err());
        assert_eq!(
            runtime.block_on(async { spawn(async { 6 }).await.unwrap() }),
            6
        );
    });
}

#[test]
fn trap_16_a_shutdown_waits_for_the_work_and_for_the_thread_in_its_place() {
    let (begun, has_begun) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel();
    let drops = Drops::default();
    let droplet = drops.droplet();
    let runtime = pool(2);
    watched("a shutdown while a worker blocks", || {
        drop(runtime.spawn(async move {
            let _droplet = droplet;
            block_in_place(|| {
                begun.send(()).unwrap();
                may_go_on.recv().unwrap();
            });
            pending::<()>().await;
        }));
        // On the other worker: nobody drives this one.
        has_begun.recv().unwrap();
        let ends = thread::spawn(move || go_on.send(()).unwrap());
        drop(runtime);
        ends.join().unwrap();
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn trap_08_a_poll_that_blocks_beyond_the_end_of_its_pool_harms_no_other() {
    let (begun, has_begun) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let (drops, wakers) = (Drops::default(), Arc::new(Mutex::new(None)));
    let runtime = pool(2);
    watched("a poll that outlives its pool", || {
        // The worker's own thread blocks until its pool ends, ...
        let (first_begun, first_has) = mpsc::channel();
        let (first_go, first_may) = mpsc::channel::<()>();
        drop(runtime.spawn(async move {
            block_in_place(|| {
                first_begun.send(()).unwrap();
                first_may.recv().unwrap_err();
            });
        }));
        first_has.recv().unwrap();
        // ... and the one in its place longer than that.
        let (droplet, waker) = (drops.droplet(), Arc::clone(&wakers));
        drop(runtime.spawn(async move {
            let _droplet = droplet;
            std::future::poll_fn(move |context| {
                *waker.lock().unwrap() = Some(context.waker().clone());
                block_in_place(|| {
                    begun.send(()).unwrap();
                    may_go_on.recv().unwrap_err();
                });
                Poll::<()>::Pending
            })
            .await;
        }));
        has_begun.recv().unwrap();
        drop(first_go);
        runtime.shutdown_background();
        // Another pool takes what the first has left, and is not disturbed.
        let next = pool(2);
        let tasks: Vec<_> = (0..10).map(|n| next.spawn(async move { n })).collect();
        drop(go_on);
        while drops.count() == 0 {
            let waker: Option<Waker> = wakers.lock().unwrap().clone();
            waker.unwrap().wake();
            thread::yield_now();
        }
        assert_eq!(drops.count(), 1);
        next.block_on(async {
            for (number, task) in tasks.into_iter().enumerate() {
                assert_eq!(task.await.unwrap(), number);
            }
        });
    });
}

#[test]
fn trap_09_polls_that_outlive_their_pool_let_go_of_their_own_tasks_alone() {
    /// Lets the first task end, and waits until it has.
    struct Between(mpsc::Sender<()>, JoinHandle<()>);
    impl Drop for Between {
        fn drop(&mut self) {
            self.0.send(()).unwrap();
            while !self.1.is_finished() {
                thread::yield_now();
            }
        }
    }
    let runtime = pool(2);
    watched("two polls that outlive their pool", || {
        // The worker's own thread, which the end waits for, is out of the way.
        let ((own_begun, own_has), (own_go, own_may)) = (mpsc::channel(), mpsc::channel::<()>());
        drop(runtime.spawn(async move {
            block_in_place(|| {
                own_begun.send(()).unwrap();
                own_may.recv().unwrap_err();
            });
        }));
        own_has.recv().unwrap();
        // The first is listed by a thread adrift, ...
        let ((begun, has_begun), (go, may_go)) = (mpsc::channel(), mpsc::channel());
        let (waker, wakers) = mpsc::channel();
        let mut polls = 0;
        let first = std::future::poll_fn(move |context| {
            polls += 1;
            block_in_place(|| {
                if polls == 1 {
                    return waker.send(context.waker().clone()).unwrap();
                }
                begun.send(()).unwrap();
                may_go.recv().unwrap();
            });
            if polls == 1 {
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        });
        let between = Between(go, runtime.spawn(first));
        let waker = wakers.recv().unwrap();
        // ... and then blocks in the worker's place.
        waker.wake_by_ref();
        has_begun.recv().unwrap();
        // The second has not been listed before its pool ends.
        let ((begun, has_begun), (go_on, may_go_on)) = (mpsc::channel(), mpsc::channel());
        let (dropped, is_dropped) = mpsc::channel::<()>();
        drop(runtime.spawn(async move {
            let _both = (between, dropped);
            std::future::poll_fn(move |_| {
                block_in_place(|| {
                    begun.send(()).unwrap();
                    may_go_on.recv().unwrap();
                });
                Poll::<()>::Pending
            })
            .await;
        }));
        has_begun.recv().unwrap();
        drop(own_go);
        runtime.shutdown_background();
        go_on.send(()).unwrap();
        is_dropped.recv().unwrap_err();
        // What it points to is the first's alone, and still there.
        waker.wake();
    });
}

#[test]
fn trap_08_a_thread_adrift_of_a_pool_that_has_ended_is_none_of_the_next_ones() {
    let (begun, has_begun) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<oneshot::Sender<()>>();
    let (say, has_said) = mpsc::channel();
    let (first_go, first_may) = mpsc::channel::<()>();
    let runtime = pool(2);
    watched("a thread that is adrift beyond the end of its pool", || {
        // The worker's own thread blocks until the pool ends, and the one in
        // its place until there is another pool.
        let (first_begun, first_has) = mpsc::channel();
        drop(runtime.spawn(async move {
            block_in_place(|| {
                first_begun.send(()).unwrap();
                first_may.recv().unwrap_err();
            });
        }));
        first_has.recv().unwrap();
        drop(runtime.spawn(async move {
            block_in_place(|| {
                begun.send(()).unwrap();
                // Wakes a task of the next pool, from this poll of the last.
                may_go_on.recv().unwrap().send(()).unwrap();
                say.send(()).unwrap();
            });
        }));
        has_begun.recv().unwrap();
        drop(first_go);
        runtime.shutdown_background();
        let next = pool(2);
        let (wake, woken) = oneshot::channel();
        let task = next.spawn(async move { woken.await.is_ok() });
        // It waits, or it would be told without being woken.
        while next.metrics().worker_park_count(1) == 0 {
            thread::yield_now();
        }
        go_on.send(wake).unwrap();
        has_said.recv().unwrap();
        assert!(next.block_on(task).unwrap(), "cancelled by a stranger");
    });
}

#[test]
fn trap_18_another_runtime_may_be_blocked_on_in_place() {
    let runtime = pool(1);
    watched("a runtime within a runtime", || {
        runtime.block_on(async {
            let inner = spawn(async { block_in_place(|| wakeful::block_on(async { 7 })) });
            assert_eq!(inner.await.unwrap(), 7);
        });
    });
}

#[test]
fn a_hook_or_the_mere_inside_of_a_runtime_gives_no_worker_away() {
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

/// Whether `block_in_place` gives a worker away here: then another runtime may
/// be blocked on in it.
fn is_given_away() -> bool {
    block_in_place(|| catch_unwind(|| wakeful::block_on(async {})).is_ok())
}

/// Notes what it finds where it is woken.
#[derive(Default)]
struct Looks(Mutex<Option<(bool, thread::ThreadId)>>);

impl Wake for Looks {
    fn wake(self: Arc<Self>) {
        *self.0.lock().unwrap() = Some((is_given_away(), thread::current().id()));
    }
}

/// Has a waker called by the one who watches the timers of a pool of one.
fn a_waker_that_blocks_in_place() {
    let runtime = pool(1);
    let looks = Arc::new(Looks::default());
    runtime.block_on(async {
        let waker = Waker::from(Arc::clone(&looks));
        let mut nap = Box::pin(sleep(Duration::from_millis(1)));
        let mut context = Context::from_waker(&waker);
        assert!(nap.as_mut().poll(&mut context).is_pending());
        sleep(Duration::from_millis(2)).await;
        assert!(is_given_away(), "in a poll it does");
    });
    let found = looks.0.lock().unwrap().take();
    assert_eq!(found, Some((false, thread::current().id())));
}

#[test]
fn a_waker_that_blocks_as_its_worker_looks_gives_no_worker_away() {
    watched("a waker that blocks", a_waker_that_blocks_in_place);
    // The same from a poll of another pool, which may be blocked in place.
    let outer = pool(1);
    watched("a waker that blocks, in a poll of another pool", || {
        outer.block_on(async { block_in_place(a_waker_that_blocks_in_place) });
    });
}

#[test]
fn a_hook_that_blocks_as_its_worker_looks_gives_no_worker_away() {
    let found = Arc::new(Mutex::new(Vec::new()));
    let (parks, unparks) = (Arc::clone(&found), Arc::clone(&found));
    let live = || {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .on_thread_park(move || parks.lock().unwrap().push(is_given_away()))
            .on_thread_unpark(move || unparks.lock().unwrap().push(is_given_away()))
            .build()
            .unwrap();
        runtime.block_on(async { sleep(Duration::from_millis(1)).await });
    };
    let outer = pool(1);
    watched("hooks that block, in a poll of another pool", || {
        outer.block_on(async { block_in_place(live) });
    });
    let found = found.lock().unwrap();
    assert!(found.len() >= 2 && !found.contains(&true));
}

#[test]
fn without_a_pool_it_runs_or_says_what_to_do() {
    let borrowed = Cell::new(1);
    assert_eq!(block_in_place(|| borrowed.replace(2)), 1);
    for builder in [
        Builder::new_current_thread(),
        Builder::new_thread_per_core(),
    ] {
        let runtime = builder.worker_threads(1).build().unwrap();
        let root = || runtime.block_on(async { block_in_place(|| ()) });
        let payload = catch_unwind(AssertUnwindSafe(root)).unwrap_err();
        let text = payload.downcast_ref::<String>().unwrap();
        assert!(text.contains("use `spawn_blocking`"), "{text}");
    }
}

const MANY: usize = if cfg!(miri) { 3 } else { 200 };

#[test]
fn blocking_again_and_again_loses_nothing() {
    let runtime = pool(3);
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
