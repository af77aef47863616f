//! The runs themselves: they find a planted fault, and a seed repeats a schedule.

use super::{Rng, Threads, attempt, explore_seeds, run, yield_some};
use crate::{
    primitives::{AtomicBool, Mutex, current, lock},
    spawn,
    sync::mpsc,
};
use std::{
    fmt::Debug,
    future::poll_fn,
    sync::{Arc, atomic::Ordering::SeqCst},
    task::{Poll, Waker},
};

/// A flag that forgets to look again after it has put the waker in place.
#[derive(Default)]
struct Flag {
    is_up: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Flag {
    fn raise(&self) {
        self.is_up.store(true, SeqCst);
        let waker = lock(&self.waker).take();
        waker.into_iter().for_each(Waker::wake);
    }

    async fn wait(&self) {
        poll_fn(|context| {
            if self.is_up.load(SeqCst) {
                return Poll::Ready(());
            }
            *lock(&self.waker) = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

#[test]
fn a_planted_lost_wake_is_found() {
    let scenario = |rng: &Rng| {
        let flag = Arc::new(Flag::default());
        let mut threads = Threads::default();
        let other = Arc::clone(&flag);
        threads.spawn(rng, move |_| other.raise());
        run(rng, flag.wait());
        threads.join();
    };
    let (explored, seed) = explore_seeds(scenario, 0..1_000, false);
    assert!(explored.is_err(), "not found in 1,000 schedules");
    let (again, _) = explore_seeds(scenario, seed..seed + 1, false);
    assert!(again.is_err(), "not found again with its seed {seed}");
}

/// The steps of the actors of one schedule, in order.
static LOG: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());

fn note(what: impl Debug) {
    let line = format!("{:?}: {what:?}", current().id());
    LOG.lock().unwrap().push(line);
}

#[test]
fn a_seed_gives_the_same_schedule_again() {
    let scenario = |rng: &Rng| {
        let (tx, mut rx) = mpsc::channel(2);
        let mut threads = Threads::default();
        for sender in 0..3 {
            let tx = tx.clone();
            threads.spawn(rng, move |rng| {
                for _ in 0..3 {
                    note(attempt(rng, tx.send(sender)));
                    yield_some(rng);
                }
            });
        }
        drop(tx);
        let runtime = super::runtime(rng);
        let rng = rng.split();
        runtime.block_on(async {
            let receiver = spawn(async move {
                while let Some(sender) = rx.recv().await {
                    note(sender);
                    super::pause(&rng).await;
                }
            });
            receiver.await.unwrap();
        });
        threads.join();
    };
    let logs = [(); 2].map(|()| {
        LOG.lock().unwrap().clear();
        let (explored, last) = explore_seeds(scenario, 0..100, false);
        assert!(explored.is_ok() && last == 99);
        LOG.lock().unwrap().clone()
    });
    assert!(logs[0].len() > 100);
    assert_eq!(logs[0], logs[1]);
}
