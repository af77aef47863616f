//! Loom models of the timers, trap 15: who sets, asks and takes back on one
//! thread, and who watches the wheel on another. The clock stands, and moves
//! when the model says so; who watches sleeps on the reactor's bell, as
//! [`Bell`](crate::reactor) is in a model.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p wakeful --lib --release`

use super::{Gone, Key, Timers};
use crate::{reactor::Reactor, sync::testing::Count};
use loom::{model, sync::Arc, thread};
use std::{
    task::{Context, Poll, Waker},
    time::Duration,
};

const MS: Duration = Duration::from_millis(1);

/// Timers, and the reactor on which who watches them sleeps.
struct Watched {
    timers: Timers,
    reactor: Reactor,
}

impl Watched {
    fn new() -> Arc<Self> {
        let reactor = Reactor::new().unwrap();
        let timers = Timers::new(std::sync::Arc::clone(reactor.handle()), true);
        Arc::new(Self { timers, reactor })
    }

    fn set(&self, at: Duration, waker: &Waker) -> (Key, Poll<Result<(), Gone>>) {
        let start = self.timers.clock().instant(0);
        self.timers.insert(start + at, &Context::from_waker(waker))
    }

    /// A look between two tasks, which is none if there can be nothing.
    fn look(&self) {
        if !self.timers.is_bare() {
            self.fire();
        }
    }

    fn fire(&self) {
        let mut due = Vec::new();
        self.timers.fire(&mut due);
        due.into_iter().for_each(Waker::wake);
    }

    /// Sleeps as long as it may. What is further away than `patience` does not
    /// come by itself: there, it must be rung for.
    fn sleep(&self, patience: Duration) {
        match self.timers.before_sleep() {
            Some(left) if left <= patience => self.timers.advance(left),
            // Should nobody ring, loom reports that nobody can go on.
            _ => self.reactor.handle().wait(),
        }
        self.fire();
    }
}

/// Another thread sets a timer of a millisecond.
fn set_elsewhere(
    watched: &Arc<Watched>,
    waker: Waker,
) -> thread::JoinHandle<(Key, Poll<Result<(), Gone>>)> {
    let watched = Arc::clone(watched);
    thread::spawn(move || watched.set(MS, &waker))
}

#[test]
fn a_timer_that_is_set_before_the_sleep_is_seen_or_rings() {
    model(|| {
        let watched = Watched::new();
        let (waker, count) = Count::waker();
        let other = set_elsewhere(&watched, waker);
        while count.wakes() == 0 {
            watched.look();
            watched.sleep(2 * MS);
        }
        let (key, polled) = other.join().unwrap();
        assert!(polled.is_pending());
        assert_eq!(count.wakes(), 1);
        watched.timers.remove(&key);
        assert!(watched.timers.is_bare());
    });
}

#[test]
fn a_timer_before_the_end_of_the_sleep_is_seen_or_rings() {
    model(|| {
        let watched = Watched::new();
        let (far, _) = watched.set(1000 * MS, Waker::noop());
        let (waker, count) = Count::waker();
        let other = set_elsewhere(&watched, waker);
        while count.wakes() == 0 {
            watched.sleep(2 * MS);
        }
        let (near, _) = other.join().unwrap();
        assert_eq!(count.wakes(), 1);
        for key in [near, far] {
            watched.timers.remove(&key);
        }
    });
}

#[test]
fn timers_that_two_threads_set_before_the_sleep_both_fire() {
    let mut builder = model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(|| {
        let watched = Watched::new();
        let counts = [2, 1].map(|at| {
            let (waker, count) = Count::waker();
            let watched = Arc::clone(&watched);
            thread::spawn(move || {
                if watched.set(at * MS, &waker).1.is_ready() {
                    // The other's time has come first. Who finds that goes on.
                    waker.wake();
                    watched.reactor.handle().unpark();
                }
            });
            count
        });
        while counts.iter().any(|count| count.wakes() == 0) {
            watched.sleep(3 * MS);
        }
        assert!(counts.iter().all(|count| count.wakes() == 1));
    });
}

#[test]
fn trap_15_a_timer_taken_back_as_it_fires_wakes_once_or_not() {
    model(|| {
        let watched = Watched::new();
        let (waker, count) = Count::waker();
        let (key, _) = watched.set(MS, &waker);
        drop(waker);
        let other = {
            let watched = Arc::clone(&watched);
            thread::spawn(move || {
                watched.timers.remove(&key);
                // The next to have its place is not the one that fires.
                let (waker, count) = Count::waker();
                let (key, polled) = watched.set(5 * MS, &waker);
                assert!(polled.is_pending());
                (key, count)
            })
        };
        watched.timers.advance(2 * MS);
        watched.fire();
        assert!(count.wakes() <= 1);
        let (key, next) = other.join().unwrap();
        assert_eq!(std::sync::Arc::strong_count(&count), 1, "the waker is gone");
        assert_eq!(next.wakes(), 0);
        watched.timers.advance(5 * MS);
        watched.look();
        assert_eq!(next.wakes(), 1);
        watched.timers.remove(&key);
        assert!(watched.timers.is_bare());
    });
}

#[test]
fn trap_15_a_timer_set_as_its_time_comes_is_ready_or_wakes_once() {
    model(|| {
        let watched = Watched::new();
        let (waker, count) = Count::waker();
        let other = set_elsewhere(&watched, waker.clone());
        watched.timers.advance(2 * MS);
        // Time has come; but whether this sees the timer, who sets it knows.
        watched.fire();
        let (key, polled) = other.join().unwrap();
        watched.look();
        assert_eq!(count.wakes(), usize::from(polled.is_pending()));
        let again = watched.timers.poll(&key, &Context::from_waker(&waker));
        assert!(again.is_ready());
        watched.timers.remove(&key);
    });
}

#[test]
fn trap_15_a_timer_whose_waker_changes_as_it_fires_wakes_the_last() {
    model(|| {
        let watched = Watched::new();
        let (waker, first) = Count::waker();
        let (key, _) = watched.set(MS, &waker);
        drop(waker);
        let other = {
            let watched = Arc::clone(&watched);
            thread::spawn(move || {
                let (waker, last) = Count::waker();
                let polled = watched.timers.poll(&key, &Context::from_waker(&waker));
                (key, polled, last)
            })
        };
        watched.timers.advance(2 * MS);
        watched.fire();
        let (key, polled, last) = other.join().unwrap();
        let wakes = (first.wakes(), last.wakes());
        assert_eq!(wakes, if polled.is_ready() { (1, 0) } else { (0, 1) });
        watched.timers.remove(&key);
    });
}

#[test]
fn trap_16_who_waits_for_a_timer_as_its_runtime_ends_is_woken_or_hears_of_it() {
    model(|| {
        let watched = Watched::new();
        let (waker, count) = Count::waker();
        let other = set_elsewhere(&watched, waker);
        watched.timers.close();
        let (key, polled) = other.join().unwrap();
        assert_eq!(count.wakes(), usize::from(polled.is_pending()));
        let again = watched
            .timers
            .poll(&key, &Context::from_waker(Waker::noop()));
        assert_eq!(again, Poll::Ready(Err(Gone)));
        watched.timers.remove(&key);
    });
}
