//! Many tasks on several threads use everything that they share. `cargo test` runs
//! these tests once, and CI runs them again under `ThreadSanitizer`, which reports
//! races even if they have no visible effect.
#![cfg(all(not(loom), not(miri)))]

use futures_util::future::{join_all, select};
use std::{
    cell::UnsafeCell,
    collections::VecDeque,
    future::poll_fn,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Poll, Waker},
    thread,
    time::Duration,
};
use wakeful::{
    runtime::Builder,
    spawn, spawn_blocking,
    sync::{
        Barrier, CancellationToken, Mutex, Notify, OnceCell, RwLock, Semaphore, broadcast, mpsc,
        oneshot, watch,
    },
    task::{AbortHandle, block_in_place, yield_now},
    time::{sleep, timeout},
};

const TASKS: usize = 8;
const ROUNDS: usize = 1_000;
/// Each test takes a moment. After this time, it has hung.
const TIME_LIMIT: Duration = Duration::from_mins(2);

/// Runs `TASKS` numbered tasks on four workers, and returns their outputs.
fn all<F>(task: impl Fn(usize) -> F) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    let runtime = Builder::new_multi_thread()
        .worker_threads(4)
        .build()
        .unwrap();
    let tasks = (0..TASKS).map(|number| runtime.spawn(task(number)));
    let tasks: Vec<_> = tasks.collect();
    runtime.block_on(async {
        let ended = timeout(TIME_LIMIT, join_all(tasks)).await;
        let ended = ended.expect("all tasks to end").into_iter();
        ended.map(Result::unwrap).collect()
    })
}

/// Polls a future once and drops it, like the loser of a `select!`.
async fn poll_once<F: Future>(future: F) {
    let mut polled = false;
    let once = poll_fn(|context| {
        if polled {
            return Poll::Ready(());
        }
        polled = true;
        context.waker().wake_by_ref();
        Poll::Pending
    });
    select(pin!(future), once).await;
}

/// A counter that two threads must not use at once. The sanitizer reports it if they do.
#[derive(Default)]
struct Guarded(UnsafeCell<usize>);

// SAFETY: the locks under test admit only one thread.
unsafe impl Sync for Guarded {}

impl Guarded {
    fn add(&self) {
        // SAFETY: the caller holds the lock under test exclusively.
        unsafe { *self.0.get() += 1 }
    }

    fn get(&self) -> usize {
        // SAFETY: the caller holds the lock under test, or all tasks have ended.
        unsafe { *self.0.get() }
    }
}

#[test]
fn a_mutex_admits_one_task_at_a_time_and_forgets_dropped_waiters() {
    let shared = Arc::new((Mutex::new(()), Guarded::default()));
    all(|number| {
        let shared = Arc::clone(&shared);
        async move {
            for round in 0..ROUNDS {
                if (number + round).is_multiple_of(5) {
                    poll_once(shared.0.lock()).await;
                }
                let guard = shared.0.lock().await;
                shared.1.add();
                if round % 16 == 0 {
                    yield_now().await;
                }
                drop(guard);
            }
        }
    });
    assert_eq!(shared.1.get(), TASKS * ROUNDS);
}

#[test]
fn the_readers_of_a_rwlock_see_no_unfinished_write() {
    let shared = Arc::new((RwLock::new(()), Guarded::default(), Guarded::default()));
    all(|number| {
        let shared = Arc::clone(&shared);
        async move {
            for round in 0..ROUNDS {
                if (number + round) % 7 == 0 {
                    poll_once(shared.0.write()).await;
                }
                if (number + round) % 3 == 0 {
                    let _guard = shared.0.write().await;
                    shared.1.add();
                    yield_now().await;
                    shared.2.add();
                } else {
                    let _guard = shared.0.read().await;
                    assert_eq!(shared.1.get(), shared.2.get());
                }
            }
        }
    });
}

#[test]
fn a_semaphore_never_gives_out_more_permits_than_it_has() {
    let shared = Arc::new((Semaphore::new(3), AtomicUsize::new(0)));
    all(|number| {
        let shared = Arc::clone(&shared);
        async move {
            for round in 0..ROUNDS {
                let wanted = 1 + u32::try_from((number + round) % 3).unwrap();
                if round % 5 == 0 {
                    poll_once(shared.0.acquire_many(wanted)).await;
                }
                let permit = shared.0.acquire_many(wanted).await.unwrap();
                let inside = shared.1.fetch_add(wanted as usize, Relaxed) + wanted as usize;
                assert!(inside <= 3, "{inside} permits of 3");
                yield_now().await;
                shared.1.fetch_sub(wanted as usize, Relaxed);
                drop(permit);
            }
        }
    });
    assert_eq!(shared.0.available_permits(), 3);
}

#[test]
fn a_notification_passed_around_a_ring_is_not_lost() {
    // A token goes around a ring. Each task takes it and notifies the next.
    let ring: Arc<Vec<_>> = Arc::new((0..TASKS).map(|_| Notify::new()).collect());
    ring[0].notify_one();
    all(|number| {
        let ring = Arc::clone(&ring);
        async move {
            for round in 0..ROUNDS {
                if (number + round).is_multiple_of(3) {
                    // If this future takes the token, it passes it back to this task.
                    poll_once(async {
                        ring[number].notified().await;
                        ring[number].notify_one();
                    })
                    .await;
                }
                ring[number].notified().await;
                ring[(number + 1) % TASKS].notify_one();
            }
        }
    });
}

#[test]
fn a_barrier_waits_for_all_tasks_every_time() {
    let shared = Arc::new((Barrier::new(TASKS), AtomicUsize::new(0)));
    let leads = all(|_| {
        let shared = Arc::clone(&shared);
        async move {
            let mut leads = 0;
            for round in 0..ROUNDS {
                shared.1.fetch_add(1, Relaxed);
                leads += usize::from(shared.0.wait().await.is_leader());
                assert!(shared.1.load(Relaxed) >= (round + 1) * TASKS);
            }
            leads
        }
    });
    assert_eq!(leads.into_iter().sum::<usize>(), ROUNDS);
}

#[test]
fn every_message_arrives_once_and_in_the_order_of_its_sender() {
    let (bounded, mut from_bounded) = mpsc::channel(4);
    let (unbounded, mut from_unbounded) = mpsc::unbounded_channel();
    let runtime = Builder::new_multi_thread()
        .worker_threads(4)
        .build()
        .unwrap();
    for number in 0..TASKS {
        let (bounded, unbounded) = (bounded.clone(), unbounded.clone());
        drop(runtime.spawn(async move {
            for round in 0..ROUNDS {
                if round % 5 == 0 {
                    poll_once(bounded.reserve()).await;
                }
                bounded.send((number, round)).await.unwrap();
                unbounded.send((number, round)).unwrap();
            }
        }));
    }
    drop((bounded, unbounded));
    let mut next = [[0; TASKS]; 2];
    runtime.block_on(async {
        let received = timeout(TIME_LIMIT, async {
            while let Some((number, round)) = from_bounded.recv().await {
                assert_eq!(round, next[0][number]);
                next[0][number] += 1;
            }
            while let Some((number, round)) = from_unbounded.recv().await {
                assert_eq!(round, next[1][number]);
                next[1][number] += 1;
            }
        });
        received.await.expect("the last message");
    });
    assert_eq!(next, [[ROUNDS; TASKS]; 2]);
}

#[test]
fn a_broadcast_channel_reports_missed_messages_and_keeps_the_order() {
    let (sender, receiver) = broadcast::channel(16);
    // Subscribe all receivers before the first value is sent.
    let mut receivers = vec![receiver];
    receivers.resize_with(TASKS, || sender.subscribe());
    let receivers = std::sync::Mutex::new(receivers);
    let received = all(|number| {
        let sender = sender.clone();
        let mut receiver = receivers.lock().unwrap().pop().unwrap();
        async move {
            if number == 0 {
                for round in 0..ROUNDS {
                    sender.send(round).unwrap();
                    if round % 8 == 0 {
                        yield_now().await;
                    }
                }
            }
            drop(sender);
            let mut next = 0;
            while next < ROUNDS {
                match receiver.recv().await {
                    Ok(round) => {
                        assert_eq!(round, next);
                        next += 1;
                    }
                    Err(broadcast::error::RecvError::Lagged(missed)) => {
                        next += usize::try_from(missed).unwrap();
                    }
                    Err(broadcast::error::RecvError::Closed) => break,
                }
            }
            next
        }
    });
    assert_eq!(received, [ROUNDS; TASKS]);
}

#[test]
fn a_watch_channel_shows_the_last_value_to_all_receivers() {
    let (sender, receiver) = watch::channel(0);
    let sender = Arc::new(sender);
    all(|number| {
        let (sender, mut receiver) = (Arc::clone(&sender), receiver.clone());
        async move {
            let mut seen = 0;
            for _ in 0..ROUNDS {
                if number < 2 {
                    sender.send_modify(|value| *value += 1);
                    yield_now().await;
                }
            }
            while seen < 2 * ROUNDS {
                receiver.changed().await.unwrap();
                let now = *receiver.borrow_and_update();
                assert!(now > seen || now == 2 * ROUNDS);
                seen = now;
            }
        }
    });
}

#[test]
fn a_oneshot_channel_delivers_its_value_or_returns_it() {
    all(|_| async {
        for round in 0..ROUNDS {
            let (sender, receiver) = oneshot::channel();
            let sending = spawn(async move { sender.send(Box::new(round)) });
            if round % 3 == 0 {
                drop(receiver);
                if let Err(back) = sending.await.unwrap() {
                    assert_eq!(*back, round);
                }
            } else {
                assert_eq!(*receiver.await.unwrap(), round);
                sending.await.unwrap().unwrap();
            }
        }
    });
}

#[test]
fn a_once_cell_is_set_once_and_seen_by_all_tasks() {
    let cells: Arc<Vec<OnceCell<usize>>> = Arc::new((0..ROUNDS).map(|_| OnceCell::new()).collect());
    let made = Arc::new(AtomicUsize::new(0));
    all(|_| {
        let (cells, made) = (Arc::clone(&cells), Arc::clone(&made));
        async move {
            for (round, cell) in cells.iter().enumerate() {
                let value = cell.get_or_init(|| async {
                    yield_now().await;
                    made.fetch_add(1, Relaxed);
                    round
                });
                assert_eq!(*value.await, round);
            }
        }
    });
    assert_eq!(made.load(Relaxed), ROUNDS);
}

#[test]
fn a_cancellation_reaches_every_child_token() {
    all(|_| async {
        for _ in 0..ROUNDS / 8 {
            let root = CancellationToken::new();
            let waiting: Vec<_> = (0..4)
                .map(|_| {
                    let child = root.child_token();
                    spawn(async move { child.cancelled().await })
                })
                .collect();
            spawn(async move { root.cancel() }).await.unwrap();
            for child in waiting {
                child.await.unwrap();
            }
        }
    });
}

#[test]
fn aborts_timeouts_and_sleeps_race_on_several_threads() {
    all(|number| async move {
        for round in 0..ROUNDS / 4 {
            let micros = u64::try_from(round % 200).unwrap();
            let nap = sleep(Duration::from_micros(micros));
            let napping = spawn(async move {
                let _ = timeout(Duration::from_micros(100), nap).await;
            });
            let abort = napping.abort_handle();
            let aborting = spawn(async move {
                if (number + round).is_multiple_of(2) {
                    abort.abort();
                }
            });
            if let Err(error) = napping.await {
                assert!(error.is_cancelled());
            }
            aborting.await.unwrap();
        }
    });
}

#[test]
fn foreign_threads_spawn_wake_and_abort_tasks_of_a_current_thread_runtime() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (handle, sender) = (runtime.handle().clone(), sender.clone());
            thread::spawn(move || {
                for round in 0..ROUNDS {
                    let sender = sender.clone();
                    let task = handle.spawn(async move {
                        yield_now().await;
                        let _ = sender.send(round);
                    });
                    match round % 4 {
                        0 => drop(task),
                        1 => task.abort(),
                        _ => {
                            if let Err(error) = wakeful::block_on(task) {
                                assert!(error.is_cancelled());
                            }
                        }
                    }
                }
            })
        })
        .collect();
    drop(sender);
    let received = runtime.block_on(async {
        let all = async {
            let mut received = 0;
            while receiver.recv().await.is_some() {
                received += 1;
            }
            received
        };
        timeout(TIME_LIMIT, all).await.expect("the last message")
    });
    assert!(received >= 4 * ROUNDS * 3 / 4, "{received}");
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn a_blocking_pool_without_keep_alive_loses_no_work() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(3)
        .thread_keep_alive(Duration::ZERO)
        .build()
        .unwrap();
    let done: usize = runtime.block_on(async {
        let tasks = (0..TASKS).map(|_| {
            spawn(async {
                let mut done = 0;
                for round in 0..ROUNDS / 4 {
                    let work = spawn_blocking(move || round);
                    if round % 5 == 0 {
                        work.abort();
                    }
                    match work.await {
                        Ok(answer) => done += usize::from(answer == round),
                        Err(error) => done += usize::from(error.is_cancelled()),
                    }
                }
                done
            })
        });
        let all = timeout(TIME_LIMIT, join_all(tasks)).await;
        all.expect("all work").into_iter().map(Result::unwrap).sum()
    });
    assert_eq!(done, TASKS * (ROUNDS / 4));
}

#[test]
fn workers_are_handed_off_while_tasks_block_in_place() {
    let done = all(|number| async move {
        let mut done = 0;
        for round in 0..ROUNDS / 10 {
            let task = spawn(async move {
                if (number + round).is_multiple_of(3) {
                    block_in_place(thread::yield_now);
                }
                if (number + round).is_multiple_of(5) {
                    sleep(Duration::from_micros(50)).await;
                }
                block_in_place(|| {
                    // The closure may panic, too.
                    assert!(!(number + round).is_multiple_of(7), "on purpose");
                });
                spawn(yield_now()).await
            });
            if round % 11 == 0 {
                task.abort();
            }
            match task.await {
                Ok(ended) => done += usize::from(ended.is_ok()),
                Err(error) => done += usize::from(error.is_cancelled() || error.is_panic()),
            }
        }
        done
    });
    assert_eq!(done, [ROUNDS / 10; TASKS]);
}

#[test]
fn a_busy_pool_can_be_shut_down() {
    for _ in 0..20 {
        let runtime = Builder::new_multi_thread()
            .worker_threads(3)
            .build()
            .unwrap();
        let (sender, mut receiver) = mpsc::channel::<AbortHandle>(2);
        for _ in 0..TASKS {
            let sender = sender.clone();
            drop(runtime.spawn(async move {
                loop {
                    let task = spawn(yield_now());
                    let _ = sender.send(task.abort_handle()).await;
                    let _ = task.await;
                }
            }));
        }
        runtime.block_on(async {
            for _ in 0..50 {
                receiver.recv().await.unwrap().abort();
            }
        });
        drop(runtime);
        // These handles answer, although no thread runs their tasks.
        while let Ok(abort) = receiver.try_recv() {
            abort.abort();
            assert!(abort.is_finished());
        }
    }
}

/// A waker refers to its runtime by a slot, and a later runtime reuses the slot.
#[test]
fn a_wake_for_a_dropped_runtime_does_not_reach_a_new_one() {
    let (wakers, to_wake) = std::sync::mpsc::channel::<Waker>();
    let waking = thread::spawn(move || {
        // The last few wakers are woken again and again while their runtimes end.
        let mut known: VecDeque<Waker> = VecDeque::new();
        while let Ok(waker) = to_wake.recv() {
            known.push_back(waker);
            known.iter().for_each(Waker::wake_by_ref);
            known.drain(..known.len().saturating_sub(16));
        }
    });
    for round in 0..300 {
        let builder = match round % 3 {
            0 => Builder::new_current_thread(),
            1 => Builder::new_multi_thread(),
            _ => Builder::new_thread_per_core(),
        };
        let runtime = builder.worker_threads(2).build().unwrap();
        for _ in 0..4 {
            let wakers = wakers.clone();
            drop(runtime.spawn(poll_fn(move |context| {
                wakers.send(context.waker().clone()).unwrap();
                Poll::<()>::Pending
            })));
        }
        // The tasks of this runtime run once, and on this runtime.
        let sum = runtime.block_on(async {
            let tasks = (0..10).map(|number| spawn(async move { number }));
            let ended = timeout(TIME_LIMIT, join_all(tasks)).await;
            let ended = ended.expect("ten tasks to end").into_iter();
            ended.map(Result::unwrap).sum::<u32>()
        });
        assert_eq!(sum, 45);
    }
    drop(wakers);
    waking.join().unwrap();
}
