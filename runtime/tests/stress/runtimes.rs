//! Tasks, threads and whole runtimes.

use super::{ROUNDS, TASKS, TIME_LIMIT, all};
use futures_util::future::join_all;
use std::{
    collections::VecDeque,
    future::poll_fn,
    task::{Poll, Waker},
    thread,
    time::Duration,
};
use wakeful::{
    runtime::Builder,
    spawn, spawn_blocking,
    sync::mpsc,
    task::{AbortHandle, block_in_place, yield_now},
    time::{sleep, timeout},
};

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
fn a_busy_multi_thread_runtime_can_be_shut_down() {
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
