//! `Barrier`, `OnceCell` and `SetOnce`: all who wait go on together.

use super::{Threads, attempt, explore, poll_once, run, yield_some};
use crate::{
    primitives::yield_now,
    sync::{Barrier, OnceCell, SetOnce, testing},
};
use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::Poll,
};

#[test]
fn a_barrier_lets_all_through_once_the_last_has_come() {
    explore(|rng| {
        let (size, rounds) = (rng.up_to(3), rng.up_to(3));
        let shared = Arc::new((Barrier::new(size), AtomicUsize::new(0), AtomicUsize::new(0)));
        let mut threads = Threads::default();
        for _ in 0..size {
            let shared = Arc::clone(&shared);
            threads.spawn(rng, move |rng| {
                let (barrier, came, leaders) = &*shared;
                for round in 1..=rounds {
                    came.fetch_add(1, SeqCst);
                    let result = run(rng, barrier.wait());
                    assert!(came.load(SeqCst) >= size * round, "a task has not arrived");
                    leaders.fetch_add(usize::from(result.is_leader()), SeqCst);
                }
            });
        }
        threads.join();
        assert_eq!(shared.2.load(SeqCst), rounds, "one leader each round");
    });
}

#[test]
fn those_who_leave_a_barrier_do_not_count() {
    explore(|rng| {
        let size = rng.up_to(4);
        let barrier = Arc::new(Barrier::new(size));
        let mut threads = Threads::default();
        for _ in 0..3 {
            let barrier = Arc::clone(&barrier);
            threads.spawn(rng, move |rng| {
                for _ in 0..rng.up_to(3) {
                    let _ = poll_once(rng, barrier.wait());
                }
            });
        }
        threads.join();
        // The barrier can be used again: the last task that arrives opens it.
        let mut waits: Vec<_> = (0..size).map(|_| Box::pin(barrier.wait())).collect();
        let ready: Vec<_> = waits
            .iter_mut()
            .map(|wait| testing::poll_once(wait.as_mut()).is_ready())
            .collect();
        let (last, others) = ready.split_last().expect("it has a size");
        assert!(*last && !others.contains(&true), "{ready:?}");
        for wait in &mut waits[..size - 1] {
            assert!(testing::poll_once(wait.as_mut()).is_ready());
        }
    });
}

/// Makes a value, with a pause in which it may be dropped.
async fn make(number: usize, pauses: usize) -> usize {
    let mut left = pauses;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(number);
        }
        left -= 1;
        context.waker().wake_by_ref();
        yield_now();
        Poll::Pending
    })
    .await
}

#[test]
fn a_cell_is_initialized_once_although_tasks_give_up() {
    explore(|rng| {
        let shared = Arc::new((OnceCell::new(), AtomicUsize::new(0)));
        let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
        let mut threads = Threads::default();
        for number in 0..3 {
            let (shared, seen) = (Arc::clone(&shared), Arc::clone(&seen));
            threads.spawn(rng, move |rng| {
                let (cell, made) = &*shared;
                let pauses = rng.below(3);
                let init = async || {
                    let value = make(number, pauses).await;
                    made.fetch_add(1, SeqCst);
                    value
                };
                let value = match rng.below(5) {
                    0 => attempt(rng, cell.get_or_init(init)).copied(),
                    1 => {
                        let fails = async || Err::<usize, _>(make(0, pauses).await);
                        let failed = attempt(rng, cell.get_or_try_init(fails));
                        failed.and_then(Result::ok).copied()
                    }
                    2 if cell.set(number).is_ok() => {
                        made.fetch_add(1, SeqCst);
                        Some(number)
                    }
                    3 => cell.get().copied(),
                    _ => Some(*run(rng, cell.get_or_init(init))),
                };
                seen.lock().unwrap().extend(value);
            });
        }
        threads.join();
        let (cell, made) = &*shared;
        let value = cell.get();
        assert_eq!(made.load(SeqCst), usize::from(value.is_some()));
        let seen = seen.lock().unwrap();
        assert!(
            seen.iter().all(|seen| Some(seen) == value),
            "{seen:?}, not {value:?}"
        );
    });
}

#[test]
fn all_who_wait_for_a_value_get_the_one_that_was_set() {
    explore(|rng| {
        let cell = Arc::new(SetOnce::new());
        let mut threads = Threads::default();
        let set = Arc::new(AtomicUsize::new(0));
        for _ in 0..rng.up_to(3) {
            let cell = Arc::clone(&cell);
            threads.spawn(rng, move |rng| {
                let early = attempt(rng, cell.wait()).copied();
                let value = *run(rng, cell.wait());
                assert!(early.is_none_or(|early| early == value));
                assert_eq!(cell.get(), Some(&value));
            });
        }
        for number in 0..2 {
            let (cell, set) = (Arc::clone(&cell), Arc::clone(&set));
            threads.spawn(rng, move |rng| {
                yield_some(rng);
                set.fetch_add(usize::from(cell.set(number).is_ok()), SeqCst);
            });
        }
        threads.join();
        assert_eq!(set.load(SeqCst), 1);
    });
}
