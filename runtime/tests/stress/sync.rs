//! Locks, channels and other synchronisation.

use super::{Guarded, ROUNDS, TASKS, TIME_LIMIT, all, poll_once};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};
use wakeful::{
    runtime::Builder,
    spawn,
    sync::{
        Barrier, CancellationToken, Mutex, Notify, OnceCell, RwLock, Semaphore, broadcast, mpsc,
        oneshot, watch,
    },
    task::yield_now,
    time::timeout,
};

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
