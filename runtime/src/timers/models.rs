//! Pitfall 15: loom models of the timers. One thread sets, polls and removes timers
//! while another drives the wheel. The clock is paused and moves when the model
//! says so. The driver parks on the reactor's waker, which is a notification of
//! loom's in a model.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p wakeful --lib --release`

use super::{Key, RuntimeGone, Timers};
use crate::{reactor::Reactor, sync::testing::Count};
use loom::{model, sync::Arc, thread};
use std::{
    task::{Context, Poll, Waker},
    time::Duration,
};

const MS: Duration = Duration::from_millis(1);

/// Timers, and the reactor in which the thread that drives them parks.
struct Driven {
    timers: Timers,
    reactor: Reactor,
}

impl Driven {
    fn new() -> Arc<Self> {
        let reactor = Reactor::new().unwrap();
        let timers = Timers::new(std::sync::Arc::clone(reactor.handle()), true);
        Arc::new(Self { timers, reactor })
    }

    fn set(&self, at: Duration, waker: &Waker) -> (Key, Poll<Result<(), RuntimeGone>>) {
        let start = self.timers.clock().instant(0);
        self.timers.insert(start + at, &Context::from_waker(waker))
    }

    /// A turn between two tasks. It is skipped if no timer can be due.
    fn turn(&self) {
        if !self.timers.is_empty() {
            self.fire();
        }
    }

    fn fire(&self) {
        let mut due = Vec::new();
        self.timers.fire(&mut due);
        due.into_iter().for_each(Waker::wake);
    }

    /// Parks for as long as the timers allow. A deadline that is further away
    /// than `timeout` never comes in this model, so then only another thread can
    /// end the park.
    fn park(&self, timeout: Duration) {
        match self.timers.before_park() {
            Some(left) if left <= timeout => self.timers.advance(left),
            // If no thread ends the park, loom reports a deadlock.
            _ => self.reactor.handle().wait(),
        }
        self.fire();
    }
}

/// Another thread sets a timer for one millisecond.
fn set_elsewhere(
    driven: &Arc<Driven>,
    waker: Waker,
) -> thread::JoinHandle<(Key, Poll<Result<(), RuntimeGone>>)> {
    let driven = Arc::clone(driven);
    thread::spawn(move || driven.set(MS, &waker))
}

#[test]
fn a_timer_set_before_the_sleep_is_seen_or_ends_the_sleep() {
    model(|| {
        let driven = Driven::new();
        let (waker, count) = Count::waker();
        let other = set_elsewhere(&driven, waker);
        while count.wakes() == 0 {
            driven.turn();
            driven.park(2 * MS);
        }
        let (key, polled) = other.join().unwrap();
        assert!(polled.is_pending());
        assert_eq!(count.wakes(), 1);
        driven.timers.remove(&key);
        assert!(driven.timers.is_empty());
    });
}

#[test]
fn a_timer_due_before_the_end_of_the_sleep_is_seen_or_ends_the_sleep() {
    model(|| {
        let driven = Driven::new();
        let (far, _) = driven.set(1000 * MS, Waker::noop());
        let (waker, count) = Count::waker();
        let other = set_elsewhere(&driven, waker);
        while count.wakes() == 0 {
            driven.park(2 * MS);
        }
        let (near, _) = other.join().unwrap();
        assert_eq!(count.wakes(), 1);
        for key in [near, far] {
            driven.timers.remove(&key);
        }
    });
}

#[test]
fn two_timers_that_two_threads_set_before_the_sleep_both_fire() {
    let mut builder = model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(|| {
        let driven = Driven::new();
        let counts = [2, 1].map(|at| {
            let (waker, count) = Count::waker();
            let driven = Arc::clone(&driven);
            thread::spawn(move || {
                if driven.set(at * MS, &waker).1.is_ready() {
                    // The other timer made the clock pass this deadline, so this
                    // thread continues without a wake.
                    waker.wake();
                    driven.reactor.handle().unpark();
                }
            });
            count
        });
        while counts.iter().any(|count| count.wakes() == 0) {
            driven.park(3 * MS);
        }
        assert!(counts.iter().all(|count| count.wakes() == 1));
    });
}

#[test]
fn pitfall_15_a_timer_that_is_removed_while_it_fires_wakes_at_most_once() {
    model(|| {
        let driven = Driven::new();
        let (waker, count) = Count::waker();
        let (key, _) = driven.set(MS, &waker);
        drop(waker);
        let other = {
            let driven = Arc::clone(&driven);
            thread::spawn(move || {
                driven.timers.remove(&key);
                // The timer that reuses the entry must not fire instead.
                let (waker, count) = Count::waker();
                let (key, polled) = driven.set(5 * MS, &waker);
                assert!(polled.is_pending());
                (key, count)
            })
        };
        driven.timers.advance(2 * MS);
        driven.fire();
        assert!(count.wakes() <= 1);
        let (key, next) = other.join().unwrap();
        assert_eq!(
            std::sync::Arc::strong_count(&count),
            1,
            "no copy of the waker is left"
        );
        assert_eq!(next.wakes(), 0);
        driven.timers.advance(5 * MS);
        driven.turn();
        assert_eq!(next.wakes(), 1);
        driven.timers.remove(&key);
        assert!(driven.timers.is_empty());
    });
}

#[test]
fn pitfall_15_a_timer_that_is_set_while_its_time_comes_is_ready_or_wakes_once() {
    model(|| {
        let driven = Driven::new();
        let (waker, count) = Count::waker();
        let other = set_elsewhere(&driven, waker.clone());
        driven.timers.advance(2 * MS);
        // The deadline has passed. This turn may or may not see the timer.
        driven.fire();
        let (key, polled) = other.join().unwrap();
        driven.turn();
        assert_eq!(count.wakes(), usize::from(polled.is_pending()));
        let again = driven.timers.poll(&key, &Context::from_waker(&waker));
        assert!(again.is_ready());
        driven.timers.remove(&key);
    });
}

#[test]
fn pitfall_15_a_timer_whose_waker_changes_while_it_fires_calls_the_last_waker() {
    model(|| {
        let driven = Driven::new();
        let (waker, first) = Count::waker();
        let (key, _) = driven.set(MS, &waker);
        drop(waker);
        let other = {
            let driven = Arc::clone(&driven);
            thread::spawn(move || {
                let (waker, last) = Count::waker();
                let polled = driven.timers.poll(&key, &Context::from_waker(&waker));
                (key, polled, last)
            })
        };
        driven.timers.advance(2 * MS);
        driven.fire();
        let (key, polled, last) = other.join().unwrap();
        let wakes = (first.wakes(), last.wakes());
        assert_eq!(wakes, if polled.is_ready() { (1, 0) } else { (0, 1) });
        driven.timers.remove(&key);
    });
}

#[test]
fn pitfall_16_a_task_that_sets_a_timer_while_the_runtime_ends_is_woken_or_told() {
    model(|| {
        let driven = Driven::new();
        let (waker, count) = Count::waker();
        let other = set_elsewhere(&driven, waker);
        driven.timers.close();
        let (key, polled) = other.join().unwrap();
        assert_eq!(count.wakes(), usize::from(polled.is_pending()));
        let again = driven
            .timers
            .poll(&key, &Context::from_waker(Waker::noop()));
        assert_eq!(again, Poll::Ready(Err(RuntimeGone)));
        driven.timers.remove(&key);
    });
}
