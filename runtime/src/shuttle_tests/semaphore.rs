//! `Semaphore`: permits are neither lost nor doubled, and those who wait are
//! served in turn.

use super::{Rng, Threads, attempt, explore, run, yield_some};
use crate::sync::{
    AcquireError, Semaphore, TryAcquireError,
    testing::{Count, poll, poll_once},
};
use std::sync::{
    Arc,
    atomic::{AtomicIsize, Ordering::SeqCst},
};

#[test]
fn no_permit_is_lost_or_doubled() {
    explore(permits);
}

struct Shared {
    semaphore: Arc<Semaphore>,
    /// The permits that there should be. It is raised before, and lowered after.
    at_most: AtomicIsize,
    held: AtomicIsize,
    /// What was forgotten or added.
    change: AtomicIsize,
}

fn signed(permits: usize) -> isize {
    isize::try_from(permits).expect("a few")
}

impl Shared {
    fn hold(&self, rng: &Rng, permits: usize) {
        let held = self.held.fetch_add(signed(permits), SeqCst) + signed(permits);
        assert!(held <= self.at_most.load(SeqCst), "{held} are held");
        yield_some(rng);
        self.held.fetch_sub(signed(permits), SeqCst);
    }
}

fn permits(rng: &Rng) {
    let first = rng.up_to(3);
    let shared = Arc::new(Shared {
        semaphore: Arc::new(Semaphore::new(first)),
        at_most: AtomicIsize::new(signed(first)),
        held: AtomicIsize::new(0),
        change: AtomicIsize::new(0),
    });
    let mut threads = Threads::default();
    let closes = rng.one_in(3);
    for _ in 0..rng.up_to(3) {
        let shared = Arc::clone(&shared);
        threads.spawn(rng, move |rng| {
            for _ in 0..rng.up_to(4) {
                visit(rng, &shared, first);
            }
        });
    }
    let semaphore = &shared.semaphore;
    for _ in 0..rng.below(3) {
        yield_some(rng);
        shared.at_most.fetch_add(1, SeqCst);
        shared.change.fetch_add(1, SeqCst);
        semaphore.add_permits(1);
    }
    if closes {
        semaphore.close();
        assert!(semaphore.is_closed());
        assert!(matches!(
            semaphore.try_acquire(),
            Err(TryAcquireError::Closed)
        ));
    }
    threads.join();
    let expected = signed(first) + shared.change.load(SeqCst);
    assert_eq!(
        signed(semaphore.available_permits()),
        expected,
        "permits are lost or doubled"
    );
}

/// One thing that a thread does. No more than `first` permits are sure to exist.
fn visit(rng: &Rng, shared: &Shared, first: usize) {
    let wanted = rng.up_to(first);
    let many = u32::try_from(wanted).expect("a few");
    let semaphore = &shared.semaphore;
    let got = |acquired: Result<_, AcquireError>| {
        acquired
            .inspect_err(|_| assert!(semaphore.is_closed()))
            .ok()
    };
    match rng.below(6) {
        0 => {
            if let Some(permits) = got(run(rng, semaphore.acquire_many(many))) {
                shared.hold(rng, wanted);
                drop(permits);
            }
        }
        1 => {
            if let Some(permits) = attempt(rng, semaphore.acquire_many(many)).and_then(got) {
                shared.hold(rng, wanted);
                drop(permits);
            }
        }
        2 => {
            let owned = Arc::clone(semaphore).acquire_many_owned(many);
            if let Some(mut permits) = attempt(rng, owned).and_then(|got| got.ok()) {
                shared.hold(rng, wanted);
                let part = permits.split(rng.up_to(wanted));
                yield_some(rng);
                match part {
                    Some(part) if rng.one_in(2) => permits.merge(part),
                    part => drop(part),
                }
                yield_some(rng);
            }
        }
        3 => match semaphore.try_acquire_many(many) {
            Ok(permits) => {
                shared.hold(rng, wanted);
                drop(permits);
            }
            Err(TryAcquireError::Closed) => assert!(semaphore.is_closed()),
            Err(TryAcquireError::NoPermits) => {}
        },
        4 => {
            // Takes some out and puts as many back, for others may need them.
            let taken = if rng.one_in(2) {
                semaphore.forget_permits(wanted)
            } else if let Ok(permits) = semaphore.try_acquire_many(many) {
                permits.forget();
                wanted
            } else {
                0
            };
            yield_some(rng);
            semaphore.add_permits(taken);
        }
        _ => yield_some(rng),
    }
}

#[test]
fn those_who_wait_are_served_in_turn() {
    explore(queue);
}

fn queue(rng: &Rng) {
    let semaphore = Arc::new(Semaphore::new(0));
    let mut waiters: Vec<_> = (0..rng.up_to(5))
        .map(|_| {
            let (waker, count) = Count::waker();
            let wanted = rng.up_to(3);
            let many = u32::try_from(wanted).expect("a few");
            let acquire = Arc::clone(&semaphore).acquire_many_owned(many);
            (Box::pin(acquire), waker, count, wanted)
        })
        .collect();
    for (acquire, waker, ..) in &mut waiters {
        assert!(poll(acquire.as_mut(), waker).is_pending());
    }
    let mut threads = Threads::default();
    let mut added = 0;
    for _ in 0..rng.up_to(2) {
        let (semaphore, adds) = (Arc::clone(&semaphore), rng.up_to(4));
        added += adds;
        threads.spawn(rng, move |_| {
            (0..adds).for_each(|_| semaphore.add_permits(1))
        });
    }
    // Those who leave hand on what they had.
    waiters.retain(|_| !rng.one_in(3));
    threads.join();
    let mut left = added;
    let mut stuck = false;
    let mut kept = Vec::new();
    for (acquire, _, count, wanted) in &mut waiters {
        stuck |= *wanted > left;
        rng.say(format_args!(
            "wants {wanted} of {left}, woken {}",
            count.wakes()
        ));
        assert_eq!(count.wakes() == 0, stuck, "asleep, or before its turn");
        match poll_once(acquire.as_mut()) {
            std::task::Poll::Ready(permits) => kept.push(permits.expect("open")),
            std::task::Poll::Pending => assert!(stuck),
        }
        left -= if stuck { 0 } else { *wanted };
    }
    assert_eq!(semaphore.available_permits(), left);
    drop((waiters, kept));
    assert_eq!(
        semaphore.available_permits(),
        added,
        "permits are lost or doubled"
    );
}
